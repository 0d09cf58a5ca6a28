using System.Text;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

public class AllocationTests
{
    [Theory]
    [InlineData("begini", 1)]
    [InlineData("begini", 300_000)]
    [InlineData("standard-webhooks", 1)]
    [InlineData("standard-webhooks", 300_000)]
    [InlineData("aghanim", 1)]
    [InlineData("aghanim", 300_000)]
    [InlineData("stripe", 1000)]
    public void Verification_by_HMAC_allocates_nothing(string name, int bodyLength)
    {
        var sender = KnownSenders.All.First(sender => sender.Scheme == name);
        var scheme = Schemes.Create(name);
        var body = Encoding.ASCII.GetBytes(new string('x', bodyLength));
        var genuine = Schemes.Request(body, sender.Sign(body, Schemes.Now, sender.Secret));
        var forged = Schemes.Request(body, sender.Sign(body, Schemes.Now, "whsec_" + Convert.ToBase64String(new byte[32])));
        VerificationKey[] keys = [scheme.Key(sender.OtherSecret), scheme.Key(sender.Secret)];

        // The pool may lose an array to a collection at any time; what every round costs is what counts.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => Measure(scheme, genuine, keys, VerificationResult.Verified)));
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ => Measure(scheme, forged, keys, VerificationResult.SignatureMismatch)));
    }

    private static long Measure(SignatureScheme scheme, in SignedRequest request, VerificationKey[] keys, VerificationResult expected)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var asExpected = true;
        for (var i = 0; i < 10; i++)
            asExpected &= scheme.Verify(request, keys, Schemes.Now) == expected;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(asExpected);
        return allocated;
    }
}
