using System.Collections.Frozen;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;
using FunctionsIngest.Senders.Tests.Signatures;
using Xunit.Abstractions;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>
/// Many requests, signed and then changed. A verifier that was written from the documents, and calls nothing of the
/// product, must agree with the product on each of them.
/// </summary>
public sealed class VerificationFuzzTests(ITestOutputHelper output)
{
    private const int Usual = 50_000;
    private const int Seed = 11;

    public static TheoryData<string> Names => [.. Mechanisms.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_product_agrees_with_the_documents(string name)
    {
        var mechanism = Mechanisms.All[name]();
        var scheme = Schemes.Create(mechanism.Options);
        Assert.False(scheme.SignsBeforeCompression);
        var keys = mechanism.ProductKeys(scheme);
        var random = new Random(Seed);
        var count = FuzzSize.Of(Usual);
        var genuine = 0;
        var results = new SortedDictionary<VerificationResult, int>();
        for (var number = 0; number < count; number++)
        {
            var request = mechanism.Make(random);
            if (Disagreement(mechanism, scheme, keys, request, results, ref genuine) is { } problem)
                Assert.Fail($"Input {number} of {name}: {problem}\n{request}");
        }

        output.WriteLine(string.Join(", ", results.Select(result => $"{result.Key} {result.Value}")));

        // Otherwise the inputs would show nothing.
        Assert.InRange(genuine, count / 50, count - (count / 5));
        Assert.InRange(results.Count, 3, int.MaxValue);
    }

    /// <returns>Null, or what the two say.</returns>
    private static string? Disagreement(
        Mechanism mechanism, SignatureScheme scheme, VerificationKey[] all, FuzzRequest request, SortedDictionary<VerificationResult, int> results, ref int genuine)
    {
        var expected = mechanism.Judge(request);
        var signed = request.ToProduct();
        VerificationKey[] keys = [.. mechanism.ClientKey is { } clientKey ? new VerificationKey[] { new ClientKey(clientKey) } : [], .. request.Keys.Select(key => all[key])];
        var result = VerifiedWebhook.Verify(scheme, signed, keys, request.Now, out var webhook);
        results[result] = results.GetValueOrDefault(result) + 1;
        if ((result == VerificationResult.Verified) != (webhook is not null) || (webhook is not null) != (expected is not null))
            return $"the product says {result}, the reference {(expected is null ? "refused" : "genuine")}";

        var head = scheme.CheckHead(signed, request.Now);
        if (head != VerificationResult.Verified && webhook is not null)
            return $"the headers alone are refused: {head}";
        if (expected is null)
            return null;

        genuine++;
        if (!webhook!.Body.Span.SequenceEqual(expected.Body))
            return "another body is handed on: " + Convert.ToHexString(webhook.Body.Span);

        var key = ReferenceReplayKey.Of("tested", mechanism.Rules, expected, request);
        if (webhook.TryRead([.. request.Pointers.Select(JsonPointer.Parse)], out var facts) != (key is not null))
            return $"the payload is {(key is null ? "taken" : "refused")}";
        var actual = webhook.ReplayKeyOf("tested", facts, request.ListedTypes.ToFrozenSet(StringComparer.Ordinal));
        return key is null || actual == new ReplayKey("tested", key) ? null : $"the replay key is {actual.Hash} and not {key}; {facts}";
    }
}
