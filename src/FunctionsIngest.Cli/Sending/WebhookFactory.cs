using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Cli.Sending;

/// <summary>Makes webhooks as their sender would: each with an id of its own, signed by the scheme itself.</summary>
internal sealed class WebhookFactory
{
    /// <summary>What a body has in place of the webhook's id.</summary>
    public const string IdPlaceholder = "{{id}}";

    private static readonly byte[] Placeholder = Encoding.UTF8.GetBytes(IdPlaceholder);

    // Further back than any edge of a tolerance.
    private static readonly TimeSpan Beyond = TimeSpan.FromHours(1);

    private readonly SignatureScheme _scheme;
    private readonly WebhookSigner _signer;
    private readonly Uri _url;
    private readonly TimeProvider _time;

    /// <param name="sender">Who sends.</param>
    /// <param name="url">Where to.</param>
    /// <param name="secret">The secret's text.</param>
    /// <param name="clientKey">QI Tech's client key, if the source has one.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CommandException">The secret cannot sign.</exception>
    public WebhookFactory(Sender sender, Uri url, string secret, string? clientKey, TimeProvider time)
    {
        (_scheme, _url, _time) = (sender.Scheme, url, time);
        if (_scheme.ReadKey(secret, out var key) is { } problem)
            throw new CommandException($"The secret is not a key of the scheme {_scheme.Name}: {problem}.");

        _signer = clientKey is null ? new WebhookSigner(_scheme, key!) : new WebhookSigner(_scheme, key!, new ClientKey(clientKey.Trim()));
    }

    /// <summary>The body; null: a sample of the scheme's own.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The id; null: a new one for each webhook.</summary>
    public string? Id { get; init; }

    /// <summary>The timestamp; null: the time at which each webhook is made.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The event's type; null: the sample's own.</summary>
    public string? EventType { get; init; }

    /// <summary>What is wrong with the webhooks.</summary>
    public Forgery Forgery { get; init; }

    /// <summary>Makes one.</summary>
    /// <exception cref="CommandException">
    /// The key is public, the scheme has not what is to be forged, or a header cannot be sent.
    /// </exception>
    public SignedWebhook Create()
    {
        var webhook = Make();
        // The value may be a secret, so only the character is told.
        foreach (var (name, values) in webhook.Headers)
        {
            var value = values.ToString();
            if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') is >= 0 and var at)
                throw new CommandException($"The header {name} would have the character {ShownText.Name(value[at])}. Headers are printable ASCII: see --id, --event-type and the secret.");
        }

        return webhook;
    }

    private SignedWebhook Make()
    {
        var id = Id ?? $"msg_{Guid.NewGuid():N}";
        var timestamp = Timestamp ?? _time.GetUtcNow();
        if (Forgery == Forgery.Time)
        {
            if (_scheme.PastTolerance == TimeSpan.Zero)
                throw new CommandException($"The scheme {_scheme.Name} signs no timestamp, so there is none to forge.");
            timestamp -= _scheme.PastTolerance + Beyond;
        }

        var webhook = Sign(id, timestamp, Body is null ? null : Fill(Body, id));
        return Forgery switch
        {
            Forgery.Signature => WithForgedSignature(webhook, Sign(id, timestamp, Changed(webhook.Body))),
            Forgery.Body => webhook with { Body = Changed(webhook.Body) },
            _ => webhook,
        };
    }

    private SignedWebhook Sign(string id, DateTimeOffset timestamp, byte[]? body)
    {
        try
        {
            return _signer.Create(_url, id, timestamp, EventType, body);
        }
        catch (InvalidOperationException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    // The signature is the header that changes with the body; a token, which signs nothing, is the first one.
    private static SignedWebhook WithForgedSignature(SignedWebhook webhook, SignedWebhook other)
    {
        var headers = webhook.Headers;
        var name = other.Headers.Keys.FirstOrDefault(header => headers[header] != other.Headers[header]) ?? other.Headers.Keys.First();
        var value = headers[name].ToString();
        var at = value.Length * 3 / 4;
        headers[name] = $"{value[..at]}{(value[at] == '0' ? '1' : '0')}{value[(at + 1)..]}";
        return webhook;
    }

    // A letter or digit becomes another one, so that the body is still what it claims to be.
    private static byte[] Changed(byte[] body)
    {
        byte[] changed = body.Length == 0 ? [(byte)' '] : [.. body];
        var at = Array.FindLastIndex(changed, character => char.IsAsciiLetterOrDigit((char)character));
        changed[Math.Max(at, 0)] = changed[Math.Max(at, 0)] == (byte)'0' ? (byte)'1' : (byte)'0';
        return changed;
    }

    private static byte[] Fill(byte[] body, string id)
    {
        if (body.AsSpan().IndexOf(Placeholder) < 0)
            return body;

        using var filled = new MemoryStream();
        var rest = body.AsSpan();
        for (var at = rest.IndexOf(Placeholder); at >= 0; at = rest.IndexOf(Placeholder))
        {
            filled.Write(rest[..at]);
            filled.Write(Encoding.UTF8.GetBytes(id));
            rest = rest[(at + Placeholder.Length)..];
        }

        filled.Write(rest);
        return filled.ToArray();
    }
}
