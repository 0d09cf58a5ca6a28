using BenchmarkDotNet.Attributes;
using FunctionsIngest.Ledger;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Benchmarks;

/// <summary>
/// Between the verification and the insert: what the payload says, and from it the event's id and the row's keys.
/// </summary>
public class ReplayKeys
{
    private VerifiedWebhook _webhook = null!;

    [Params("begini", "standard-webhooks", "aghanim", "qi-tech")]
    public string Scheme { get; set; } = "";

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sender = new Sender(Scheme);
        var request = sender.Sign(sender.Body(BodyBytes, "1"));
        if (VerifiedWebhook.Verify(sender.Scheme, request, sender.Keys, Sender.Now, out var webhook) != VerificationResult.Verified)
            throw new InvalidOperationException($"{Scheme} does not verify its own webhook.");

        _webhook = webhook!;
    }

    [Benchmark]
    public int ReadPayload() => Read().EventType.Length;

    [Benchmark]
    public int ReadPayloadAndDerive()
    {
        var key = EventKey.Of(_webhook.ReplayKeyOf("measured", Read(), listedTypes: null));
        return key.PartitionKey.Length + key.RowKey.Length;
    }

    private PayloadFacts Read()
        => _webhook.TryRead([], out var facts)
            ? facts
            : throw new InvalidOperationException($"{Scheme} does not take its own payload.");
}
