using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>Shorthands of the tests of schemes.</summary>
internal static class Schemes
{
    /// <summary>The time at which tests verify, in the middle of a second.</summary>
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_500);

    public static SignatureScheme Create(SchemeOptions options)
    {
        var errors = new List<string>();
        var scheme = SchemeCatalogue.Create("tested", options, TimeSpan.FromDays(7), errors);
        Assert.Empty(errors);
        return scheme!;
    }

    public static SignatureScheme Create(string name) => Create(new SchemeOptions { Scheme = name });

    public static VerificationKey Key(this SignatureScheme scheme, string secret)
    {
        Assert.Null(scheme.ParseKey(secret, out var key));
        return key!;
    }

    public static SignedRequest Request(string body, params (string Name, string Value)[] headers) => Request(Encoding.UTF8.GetBytes(body), headers);

    public static SignedRequest Request(byte[] body, params (string Name, string Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers)
            dictionary.Append(name, value);
        return new SignedRequest("POST", "/webhooks/tested", dictionary, body);
    }

    public static VerificationResult Verify(this SignatureScheme scheme, SignedRequest request, params VerificationKey[] keys)
        => scheme.Verify(request, keys, Now);
}
