using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>What headers alone can refuse, so that the body is never read.</summary>
public class HeadTests
{
    public static TheoryData<string> SchemeNames => new(KnownSenders.All.Select(sender => sender.Scheme).Distinct());

    [Theory]
    [MemberData(nameof(SchemeNames))]
    public void A_genuine_head_is_let_through_and_each_fault_of_it_is_not(string name)
    {
        var sender = KnownSenders.All.First(sender => sender.Scheme == name);
        var scheme = Schemes.Create(name);
        var headers = sender.Sign("{}"u8.ToArray(), Schemes.Now, sender.Secret).ToArray();

        Assert.Equal(VerificationResult.Verified, Check(headers, Schemes.Now));
        foreach (var (header, value) in headers)
        {
            var others = headers.Where(pair => pair.Name != header).ToArray();
            Assert.Equal(VerificationResult.HeaderMissing, Check(others, Schemes.Now));
            Assert.Equal(VerificationResult.HeaderMissing, Check([.. others, (header, "")], Schemes.Now));
            Assert.Equal(VerificationResult.HeaderAmbiguous, Check([.. headers, (header, value + "0")], Schemes.Now));
            Assert.Equal(VerificationResult.Verified, Check([.. headers, (header, value)], Schemes.Now));
        }

        Assert.NotEqual(VerificationResult.Verified, Check([.. headers.Select(pair => (pair.Name, pair.Name == sender.SignatureHeader ? "!" : pair.Value))], Schemes.Now));
        if (sender.Tolerance is not { } tolerance)
            return;

        Assert.Equal(VerificationResult.TimestampTooOld, Check(headers, Schemes.Now + tolerance.Past + TimeSpan.FromSeconds(1)));
        Assert.Equal(VerificationResult.TimestampTooNew, Check(headers, Schemes.Now - tolerance.Future - TimeSpan.FromSeconds(1)));

        VerificationResult Check((string, string)[] sent, DateTimeOffset now) => scheme.CheckHead(Schemes.Request("", sent) with { Body = default }, now);
    }

    [Theory]
    [InlineData("github", "X-GitHub-Event")]
    [InlineData("shopify", "X-Shopify-Topic")]
    public void A_doubled_type_counts_only_if_it_is_equal(string name, string header)
    {
        var sender = KnownSenders.All.First(sender => sender.Scheme == name);
        var scheme = Schemes.Create(name);

        Assert.Equal((VerificationResult.Verified, null), Of());
        Assert.Equal((VerificationResult.Verified, null), Of(""));
        Assert.Equal((VerificationResult.Verified, "push"), Of("push"));
        Assert.Equal((VerificationResult.Verified, "push"), Of("push", "push"));
        Assert.Equal((VerificationResult.Verified, "push"), Of("push, push"));
        Assert.Equal((VerificationResult.Verified, "push"), Of("push,push,push"));
        Assert.Equal((VerificationResult.Verified, "caf\u00e9"), Of("caf\u00e9"));
        Assert.Equal((VerificationResult.Verified, "caf\u00e9"), Of("caf\u00c3\u00a9"));
        Assert.Equal(VerificationResult.HeaderAmbiguous, Of("push", "issues").Result);
        Assert.Equal(VerificationResult.HeaderAmbiguous, Of("issues", "push").Result);
        Assert.Equal(VerificationResult.HeaderAmbiguous, Of("push, issues").Result);
        Assert.Equal(VerificationResult.HeaderAmbiguous, Of("push", "").Result);

        (VerificationResult Result, string? Type) Of(params string[] types)
        {
            var request = Schemes.Request("{}", [.. sender.Sign("{}"u8.ToArray(), Schemes.Now, sender.Secret), .. types.Select(type => (header, type))]);
            var result = VerifiedWebhook.Verify(scheme, request, [scheme.Key(sender.Secret)], Schemes.Now, out var webhook);
            Assert.Equal(result, scheme.CheckHead(request, Schemes.Now));
            if (webhook is null)
                return (result, null);

            webhook.TryRead([], out var facts);
            Assert.False(webhook.AuthenticatesTypeOf(facts) && facts.IsTypeOfHeader);
            return (result, facts.IsTypeOfHeader ? facts.EventType : null);
        }
    }

    [Fact]
    public void Signed_header_values_keep_their_bytes()
    {
        // A token in UTF-8, as a server that reads headers as Latin-1 shows it.
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "X-Token", Algorithm = "token" } });
        var headers = new HeaderDictionary();
        scheme.Sign(headers, new OutgoingWebhook("1", Schemes.Now, "/", default), scheme.Key("caf\u00e9 of some length"));

        Assert.Equal("caf\u00c3\u00a9 of some length", headers["X-Token"]);
        Assert.Equal(VerificationResult.Verified, scheme.Verify(new SignedRequest("POST", "/", headers, default), scheme.Key("caf\u00e9 of some length")));
    }
}
