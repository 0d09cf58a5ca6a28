using System.Buffers.Text;
using System.Security.Cryptography;
using FsCheck.Xunit;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Tests.Signatures;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Senders.Tests.Keys;

public class SecretTextTests
{
    private const string First = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\nzj0CAQYIKoZI\n-----END PUBLIC KEY-----";
    private const string Second = "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n-----END RSA PUBLIC KEY-----";

    private const string Example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string LineBreak = "it has a line break inside, and a secret is one key: give each key a secret of its own, or an entry of a list";
    private const string TwoBlocks = "it has more than one PEM block, and a secret is one key";
    private const string TextBeside = "it has text beside its PEM block: leave the block alone in it";
    private const string NotWhole = "it is PEM without its first or its last line";
    private const string Bracket = "it begins with a bracket and is neither a JSON web key nor a set of them: write the key alone";

    [Theory]
    [InlineData("one", "one")]
    [InlineData("  one\t\r\n", "one")]
    [InlineData("\uFEFFone", "one")]
    [InlineData(" \uFEFF one ", "one")]
    [InlineData("one two", "one two")]
    [InlineData("one\\ntwo", "one\\ntwo")]
    [InlineData("one{two}", "one{two}")]
    [InlineData(Example, Example)]
    public void A_line_is_a_key(string text, string key)
    {
        Assert.Null(SecretText.Read(text, out var keys));
        Assert.Equal([key], keys);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \r\n\uFEFF ", "it is empty")]
    [InlineData("one\ntwo", LineBreak)]
    [InlineData("one\rtwo", LineBreak)]
    [InlineData("one\r\n\r\n  two  \r\nthree\r\n", LineBreak)]
    [InlineData("one\u2028two", LineBreak)]
    [InlineData("one\u0085two", LineBreak)]
    [InlineData("# from the dashboard\nkE9fVb2Qx7Lm4Rt8", LineBreak)]
    [InlineData("kE9fVb2Qx7Lm4Rt8\nEOF", LineBreak)]
    [InlineData("{\n \"webhookSecret\": \"kE9fVb2Qx7Lm4Rt8\"\n}", Bracket)]
    [InlineData("{\"one\":1}", Bracket)]
    [InlineData("{one", Bracket)]
    [InlineData("[\"kE9fVb2Qx7Lm4Rt8\"]", Bracket)]
    [InlineData("[]", Bracket)]
    [InlineData("{\"keys\":1}", Bracket)]
    [InlineData("{\"keys\":[]}", "it is a JSON web key set without a key")]
    [InlineData(First + "\n" + Second, TwoBlocks)]
    [InlineData(First + First, TwoBlocks)]
    [InlineData(First + "\n-----BEGIN PUBLIC KEY-----", TwoBlocks)]
    [InlineData("the key of the bank:\n" + First, TextBeside)]
    [InlineData(First + "\nEOF", TextBeside)]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\nzj0CAQYIKoZI\n", NotWhole)]
    [InlineData("-----BEGIN PUBLIC KEY-----", NotWhole)]
    [InlineData("-----END PUBLIC KEY-----", NotWhole)]
    [InlineData("-----begin public key-----", NotWhole)]
    public void Any_other_text_gives_no_key_and_says_why(string text, string problem)
    {
        Assert.Equal(problem, SecretText.Read(text, out var keys));
        Assert.Empty(keys);
    }

    [Theory]
    [InlineData("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("Whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", "whsec_")]
    [InlineData("whsec_whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_")]
    [InlineData("v1a,whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "whpk_")]
    [InlineData("Whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "whpk_")]
    [InlineData("v1a,whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", "whsk_")]
    public void A_prefix_out_of_its_place_is_said_with_how_to_write_it(string text, string prefix)
    {
        foreach (var scheme in new[] { "standard-webhooks", "svix", "stripe", "github" })
        {
            Assert.Equal($"it contains {prefix} elsewhere than at its start, or in capitals: write it as {prefix}…, in lower case and with nothing before it", Schemes.Create(scheme).ReadKeys(text, out var keys));
            Assert.Empty(keys);
        }
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("standard-webhooks")]
    public void A_prefix_in_its_place_is_fine(string scheme)
    {
        Assert.Null(Schemes.Create(scheme).ReadKeys(Example + "\n", out var keys));
        Assert.Equal(scheme == "stripe" ? Example.Length : 24, Assert.Single(keys).SharedLength);
    }

    [Theory]
    [InlineData("begini", "HMAC")]
    [InlineData("custom", "token")]
    public void A_key_of_a_pair_is_not_a_shared_secret(string name, string kind)
    {
        var scheme = name == "custom" ? Schemes.Create(new SchemeOptions { Scheme = name, Signature = new() { Header = "S", Algorithm = "token" } }) : Schemes.Create(name);

        foreach (var text in new[] { First, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=" })
            Assert.StartsWith("it is a key of a pair, and not ", scheme.ReadKeys(text, out _), StringComparison.Ordinal);
        Assert.EndsWith(kind, scheme.ReadKeys(First, out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\r\n")]
    [InlineData("\t")]
    [InlineData("\\n")]
    [InlineData("\\r\\n")]
    public void A_PEM_block_is_a_key_whatever_became_of_its_newlines(string newline)
    {
        var text = First.Replace("\n", newline, StringComparison.Ordinal);

        Assert.Null(SecretText.Read(newline + text + newline, out var keys));
        Assert.Equal(newline[..Math.Min(1, newline.Length)] == "\\" ? First : text, Assert.Single(keys));
    }

    [Theory]
    [InlineData("nistP256", "P-256")]
    [InlineData("nistP384", "P-384")]
    [InlineData("nistP521", "P-521")]
    public void A_JSON_web_key_of_an_elliptic_curve_is_its_public_key(string curve, string name)
    {
        using var key = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var q = key.ExportParameters(false).Q;

        var pem = ParseToPem($$"""{ "kty": "EC", "crv": "{{name}}", "kid": "1",{{"\n"}} "x": "{{Base64Url.EncodeToString(q.X)}}", "y": "{{Base64Url.EncodeToString(q.Y)}}" }""");

        Assert.Equal(key.ExportSubjectPublicKeyInfoPem(), pem);
    }

    [Fact]
    public void A_JSON_web_key_of_RSA_is_its_public_key()
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(false);

        var pem = ParseToPem($$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}""");

        Assert.Equal(key.ExportSubjectPublicKeyInfoPem(), pem);
    }

    [Fact]
    public void The_JSON_web_key_of_RFC_8037_is_its_public_key()
    {
        // RFC 8037, appendix A.2, and the same 32 bytes behind the SubjectPublicKeyInfo header of RFC 8410.
        var pem = ParseToPem("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""");

        Assert.Equal("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----", pem);
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"#","y":"#"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256"}""")]
    [InlineData("""{"kty":"EC","crv":7}""")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"}""")]
    [InlineData("""{"kty":"RSA","n":"","e":""}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAA"}""")]
    [InlineData("""{"kty":"OKP","crv":"X25519","x":"AAAA"}""")]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"}""")]
    [InlineData("""{"kty":null}""")]
    [InlineData("""{"kty":[]}""")]
    public void A_JSON_web_key_that_is_none_says_so_without_showing_it(string text)
    {
        var problem = new PlainScheme().ReadKeys(text, out var keys);

        Assert.Empty(keys);
        Assert.StartsWith("it is a JSON web key", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_JSON_web_key_set_gives_all_its_keys_in_its_order()
    {
        using var one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Null(SecretText.Read($$"""{ "keys": [ {{Jwk(one)}}, {{Jwk(other)}} ] }""", out var keys));

        Assert.Equal([one.ExportSubjectPublicKeyInfoPem(), other.ExportSubjectPublicKeyInfoPem()], keys);
    }

    [Fact]
    public void A_JSON_web_key_set_with_a_key_that_is_wrong_gives_none_and_says_which()
    {
        using var good = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var otherCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "ecdsa-p256-sha256" } });

        Assert.Equal("it is a JSON web key set, and of its key 2: it is a JSON web key with a member that is missing or wrong", Read("7"));
        Assert.Equal("it is a JSON web key set, and of its key 2: it is a key of another curve than P-256", Read(Jwk(otherCurve, "P-384")));

        string? Read(string second)
        {
            var problem = scheme.ReadKeys($$"""{"keys":[{{Jwk(good)}},{{second}}]}""", out var keys);
            Assert.Empty(keys);
            return problem;
        }
    }

    [Property]
    public bool No_text_whatsoever_is_more_than_a_problem(string? text)
        => new[] { $"{text}", $"{text}\n{text}", $"{{\"kty\":\"{text}\uD800\"}}", $"{{\"keys\":[{text}]}}", "{" + text }
            .All(secret => new PlainScheme().ReadKeys(secret, out var keys) is null == keys.Count > 0);

    private static string Jwk(ECDsa key, string curve = "P-256")
    {
        var q = key.ExportParameters(false).Q;
        return $$"""{"kty":"EC","crv":"{{curve}}","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";
    }

    private static string ParseToPem(string text)
    {
        Assert.Null(new PlainScheme().ReadKeys(text, out var keys));
        return Assert.IsType<PlainKey>(Assert.Single(keys)).Text;
    }
}
