using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Ledger;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Chaos.Sending;

/// <summary>Makes webhooks as the sources' senders write them, by a seed.</summary>
internal sealed class WebhookFactory(SourceCatalogue catalogue, int seed)
{
    /// <summary>The event type of all of them.</summary>
    public const string EventType = "chaos.sent";

    private readonly Source[] _sources = [.. catalogue.All.OrderBy(source => source.Name, StringComparer.Ordinal)];
    private readonly Random _random = new(seed);

    /// <summary>Makes the next webhook.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="fixedOrders">What it tells the handlers; null: what the seed says.</param>
    public Webhook Create(int number, Orders? fixedOrders = null)
    {
        var source = _sources[_random.Next(_sources.Length)];
        var id = $"chaos-{seed}-{number}";
        var drawn = new Orders(
            _random.NextDouble() switch { < 0.005 => Orders.Always, < 0.04 => _random.Next(1, 4), _ => 0 },
            _random.NextDouble() switch { < 0.002 => (int)(HostSettings.Lease.TotalMilliseconds * 1.5), < 0.2 => _random.Next(200), _ => 0 });
        var orders = fixedOrders ?? drawn;
        var padding = new string('x', _random.NextDouble() < 0.02 ? _random.Next(50_000, 200_000) : _random.Next(2_000));
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["uid"] = id,
            ["event_id"] = id,
            ["type"] = EventType,
            ["event_type"] = EventType,
            ["event"] = new JsonObject { ["type"] = EventType },
            ["chaos"] = JsonSerializer.SerializeToNode(orders),
            ["padding"] = padding,
        });
        var outgoing = new OutgoingWebhook(id, TimeProvider.System.GetUtcNow(), $"/webhooks/{source.Name}", body);
        return new Webhook(source, outgoing, EventIdOf(source, outgoing), orders, GivesUp: _random.NextDouble() < 0.005);
    }

    /// <summary>Signs a webhook as its sender does, now.</summary>
    public static IHeaderDictionary Sign(Source source, in OutgoingWebhook outgoing)
    {
        var headers = new HeaderDictionary();
        if (source.Scheme.Payload.EventTypeHeader is { } header)
            headers[header] = EventType;
        source.Scheme.Sign(headers, outgoing, KeyOf(source));
        return headers;
    }

    private static VerificationKey KeyOf(Source source)
        => source.Scheme.ParseKey(HostSettings.Secret, out var key) is { } problem ? throw new InvalidOperationException(problem) : key!;

    private static string EventIdOf(Source source, in OutgoingWebhook outgoing)
    {
        var signed = new SignedRequest(outgoing.Method, outgoing.Path, Sign(source, outgoing), outgoing.Body);
        if (VerifiedWebhook.Verify(source.Scheme, signed, [KeyOf(source)], outgoing.Timestamp, out var webhook) != VerificationResult.Verified
            || !webhook!.TryRead(source.ReplayKey, out var facts))
        {
            throw new InvalidOperationException($"The harness has made a webhook that {source.Name} does not accept.");
        }

        return EventKey.Of(webhook.ReplayKeyOf(source.Name, facts, source.EventTypes)).EventId;
    }
}
