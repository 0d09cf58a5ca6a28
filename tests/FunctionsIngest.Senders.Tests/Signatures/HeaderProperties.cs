using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>Whatever the headers hold, nothing is thrown, and nothing is accepted that was not signed.</summary>
public class HeaderProperties
{
    private static readonly byte[] Body = """{"type":"thing.happened"}"""u8.ToArray();

    private static readonly (Sender Sender, SignatureScheme Scheme, VerificationKey[] Keys, (string Name, string Value)[] Headers)[] Cases =
    [
        .. KnownSenders.All.Select(sender =>
        {
            var scheme = Schemes.Create(sender.Scheme);
            return (sender, scheme, new[] { scheme.Key(sender.Configured(sender.Secret)) }, sender.Sign(Body, Schemes.Now, sender.Secret));
        }),
    ];

    /// <summary>Text of the characters that headers are made of, and of some that they are not.</summary>
    private static readonly Gen<string> HeaderText = Gen.OneOf(
        Gen.Elements("v1,", "v1a,", "v2,", "t=", "v1=", "v0=", "sha256=", ",", " ", ".", "=", "==", "eyJhbGciOiJFUzUxMiJ9", "\0", "é", "\ud800", "1790000000", "\r\n", "zz", "00", "msg_1"),
        Gen.ArrayOf(Gen.Elements("0123456789abcdefABCDEF+/=-_,. ;\t\0\u007fé\ud83d".ToCharArray()), 64).Select(characters => new string(characters)))
        .ArrayOf()
        .Select(string.Concat);

    [Property(MaxTest = 300)]
    public Property Made_up_headers_are_refused() => Prop.ForAll(HeaderText.ArrayOf(3).ArrayOf(3).ToArbitrary(), texts =>
    {
        foreach (var (_, scheme, keys, genuine) in Cases)
        {
            var headers = new HeaderDictionary();
            for (var i = 0; i < genuine.Length; i++)
                headers[genuine[i].Name] = new StringValues(texts[i]);
            Assert.NotEqual(VerificationResult.Verified, scheme.Verify(Request(headers, Body), keys));
        }
    });

    [Property(MaxTest = 300)]
    public Property A_changed_header_is_refused_unless_it_says_the_same(PositiveInt position, PositiveInt removed)
        => Prop.ForAll(HeaderText.ToArbitrary(), inserted =>
        {
            foreach (var (sender, scheme, keys, genuine) in Cases)
            {
                for (var i = 0; i < genuine.Length; i++)
                {
                    var value = genuine[i].Value;
                    var at = position.Get % (value.Length + 1);
                    var changed = value[..at] + inserted + value[Math.Min(value.Length, at + (removed.Get % 3))..];
                    var headers = new HeaderDictionary();
                    foreach (var (name, text) in genuine)
                        headers[name] = name == genuine[i].Name ? changed : text;

                    if (scheme.Verify(Request(headers, Body), keys) == VerificationResult.Verified)
                        Assert.True(SaysTheSame(sender, genuine[i].Name, changed, value), $"{sender}: {genuine[i].Name}: '{changed}' was accepted for '{value}'.");
                }
            }
        });

    [Property(MaxTest = 100)]
    public void A_changed_body_is_refused(PositiveInt position, byte[] inserted)
    {
        var at = position.Get % (Body.Length + 1);
        byte[] changed = [.. Body[..at], .. inserted, .. Body[Math.Min(Body.Length, at + 1)..]];
        foreach (var (_, scheme, keys, genuine) in Cases)
        {
            var verified = scheme.Verify(Schemes.Request(changed, genuine), keys) == VerificationResult.Verified;
            Assert.Equal(changed.AsSpan().SequenceEqual(Body), verified);
        }
    }

    [Property(MaxTest = 300)]
    public Property A_secret_that_is_none_is_a_sentence_and_no_exception() => Prop.ForAll(Gen.OneOf(HeaderText, ArbMap.Default.GeneratorFor<string>()).ToArbitrary(), text =>
    {
        var secret = text ?? "";
        foreach (var scheme in Cases.Select(item => item.Scheme).Concat(CustomSchemes))
        {
            foreach (var prefix in new[] { "", "whsec_", "whpk_", "whsk_", "-----BEGIN PUBLIC KEY-----", "-----BEGIN EC PRIVATE KEY-----" })
            {
                var problem = scheme.ParseKey(prefix + secret, out var key);
                Assert.Equal(problem is null, key is not null);
            }
        }
    });

    private static readonly SignatureScheme[] CustomSchemes =
    [
        .. new[] { ("ed25519", "hex"), ("ed25519", "base64"), ("ed25519", "pem"), ("ecdsa-p256-sha256", "base64"), ("rsa-sha256", "pem"), ("rsa-sha256", "hex"), ("token", "utf8"), ("hmac-sha1", "hex") }
            .Select(pair => Schemes.Create(new SchemeOptions { Scheme = "custom", SecretFormat = pair.Item2, Signature = new() { Header = "S", Algorithm = pair.Item1 } })),
    ];

    private static SignedRequest Request(HeaderDictionary headers, byte[] body) => new("POST", KnownSenders.Path, headers, body);

    /// <summary>
    /// Whether a text has the same value: the case of digits, repeats that are equal, and other members of a list do
    /// not count.
    /// </summary>
    private static bool SaysTheSame(Sender sender, string name, string changed, string genuine)
    {
        if (name != sender.SignatureHeader)
            return changed.Split(',').All(part => part.Trim(' ') == genuine);

        return sender.Scheme switch
        {
            "standard-webhooks" or "svix" => changed.Split(' ').Contains(genuine),
            "stripe" => Array.TrueForAll(genuine.Split(','), changed.Split(',').Select(item => item.Trim(' ')).Select(LowerSignature).Contains),
            "begini" or "aghanim" or "github" or "slack" => changed.Split(',').All(part => LowerSignature(part.Trim(' ')) == genuine),
            _ => changed.Split(',').All(part => part.Trim(' ') == genuine),
        };
    }

    // Only the digits may be of either case, not what is before them.
    private static string LowerSignature(string item)
    {
        var digits = item.IndexOf('=', StringComparison.Ordinal) + 1;
        return item[..digits] + item[digits..].ToLowerInvariant();
    }
}
