using BenchmarkDotNet.Attributes;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Benchmarks;

/// <summary>Is it genuine: the verification alone, with one key.</summary>
public class Verification
{
    private Sender _sender = null!;
    private SignedRequest _genuine;
    private SignedRequest _forged;

    [Params("begini", "standard-webhooks", "aghanim", "github", "stripe", "ed25519", "ecdsa-p256-sha256", "rsa-sha256", "qi-tech")]
    public string Scheme { get; set; } = "";

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sender = new Sender(Scheme);
        _genuine = _sender.Sign(_sender.Body(BodyBytes, "1"));
        _forged = Sender.Forge(_genuine);
        if (!Genuine() || Forged())
            throw new InvalidOperationException($"{Scheme} does not tell a genuine webhook from a forged one.");
    }

    [Benchmark]
    public bool Genuine() => Verify(_genuine);

    [Benchmark]
    public bool Forged() => Verify(_forged);

    private bool Verify(in SignedRequest request) => _sender.Scheme.Verify(request, _sender.Keys, Sender.Now) == VerificationResult.Verified;
}
