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
    private SignatureScheme _scheme = null!;
    private SignedRequest _request;

    [Params("begini", "standard-webhooks", "aghanim", "qi-tech")]
    public string Scheme { get; set; } = "";

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var sender = new Sender(Scheme);
        _scheme = sender.Scheme;
        _request = sender.Sign(sender.Body(BodyBytes, "1"));
    }

    [Benchmark]
    public int ReadPayload() => Read().EventType.Length;

    [Benchmark]
    public int ReadPayloadAndDerive()
    {
        var key = EventKey.Of(_scheme.ReplayKeyOf("measured", _request, Read()));
        return key.PartitionKey.Length + key.RowKey.Length;
    }

    private PayloadFacts Read()
        => PayloadReader.TryRead(_request.Body.Span, _scheme.Payload, eventTypeHeader: null, replayPointers: [], out var facts)
            ? facts
            : throw new InvalidOperationException($"{Scheme} does not take its own payload.");
}
