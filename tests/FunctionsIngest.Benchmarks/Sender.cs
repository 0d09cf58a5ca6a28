using System.Text;
using FunctionsIngest.Cli.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Benchmarks;

/// <summary>A sender with a new secret, or a new pair of keys, of its scheme's usual strength.</summary>
internal sealed class Sender
{
    private const string Path = "/webhooks/measured";

    private readonly VerificationKey _signingKey;

    /// <param name="name">A scheme of the catalogue, or the algorithm of a custom scheme.</param>
    public Sender(string name)
    {
        var options = SchemeCatalogue.Names.Contains(name)
            ? new SourceOptions { Scheme = name }
            : new SourceOptions { Scheme = SchemeCatalogue.Custom, Signature = new SignatureOptions { Header = "Signature", Algorithm = name } };
        var errors = new List<string>();
        Scheme = SchemeCatalogue.Create("measured", options, TimeSpan.FromDays(7), errors) ?? throw new InvalidOperationException(errors[0]);
        var secret = GeneratedSecret.For(Scheme, isAsymmetric: false);
        Secret = secret.Secret;
        _signingKey = Parse(secret.Secret);
        Keys = [Parse(secret.PublicKey ?? secret.Secret)];
    }

    /// <summary>When webhooks are signed and verified.</summary>
    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);

    /// <summary>How it signs.</summary>
    public SignatureScheme Scheme { get; }

    /// <summary>What it signs with.</summary>
    public string Secret { get; }

    /// <summary>What its webhooks are verified with.</summary>
    public VerificationKey[] Keys { get; }

    /// <summary>A body as the sender writes it, filled up to a length.</summary>
    public byte[] Body(int length, string id)
    {
        const string Filling = ",\"filling\":\"";
        var sample = Encoding.UTF8.GetString(SamplePayload.Create(Scheme, id, eventType: null))[..^1];
        return Encoding.UTF8.GetBytes($"{(sample + Filling).PadRight(length - 2, 'x')}\"}}");
    }

    /// <summary>Signs a webhook.</summary>
    public SignedRequest Sign(byte[] body)
    {
        var headers = new HeaderDictionary();
        Scheme.Sign(headers, new OutgoingWebhook("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", Now, Path, body), _signingKey);
        return new SignedRequest(HttpMethods.Post, Path, headers, body);
    }

    /// <summary>The same request with the last character of its body changed.</summary>
    public static SignedRequest Forge(SignedRequest genuine)
    {
        var body = genuine.Body.ToArray();
        body[^1] ^= 1;
        return genuine with { Body = body };
    }

    private VerificationKey Parse(string secret)
        => Scheme.ReadKey(secret, out var key) is { } problem ? throw new InvalidOperationException($"{Scheme.Name}: {problem}.") : key!;
}
