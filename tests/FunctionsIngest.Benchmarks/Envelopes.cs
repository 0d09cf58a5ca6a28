using BenchmarkDotNet.Attributes;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Benchmarks;

/// <summary>A queue message, written and read.</summary>
public class Envelopes
{
    private Envelope _envelope = null!;
    private BinaryData _message = null!;

    /// <summary>A small body, and the largest that a message holds.</summary>
    public static IEnumerable<int> Lengths => [1024, (EventQueue.MaxMessageBytes - Create(0).Encode().ToMemory().Length) / 4 * 3];

    [ParamsSource(nameof(Lengths))]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _envelope = Create(BodyBytes);
        _message = _envelope.Encode();
        if (_message.ToMemory().Length > EventQueue.MaxMessageBytes || Read() != BodyBytes)
            throw new InvalidOperationException($"A message of {_message.ToMemory().Length} bytes does not carry a body of {BodyBytes} bytes.");
    }

    [Benchmark]
    public int Write() => _envelope.Encode().ToMemory().Length;

    [Benchmark]
    public int Read() => Envelope.TryDecode(_message, out var envelope, out _) ? envelope.Body!.ToMemory().Length : -1;

    private static Envelope Create(int bodyLength) => Envelope.For(new EventKey("measured", new string('0', 64)), "invoice.paid", Sender.Now) with
    {
        ContentType = "application/json",
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Body = BinaryData.FromBytes(new byte[bodyLength]),
    };
}
