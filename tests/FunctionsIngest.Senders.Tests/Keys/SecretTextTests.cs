using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FsCheck.Xunit;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Senders.Tests.Keys;

public class SecretTextTests
{
    private const string First = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\nzj0CAQYIKoZI\n-----END PUBLIC KEY-----";
    private const string Second = "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n-----END RSA PUBLIC KEY-----";

    [Theory]
    [InlineData("one", "one")]
    [InlineData("  one\t\r\n", "one")]
    [InlineData("\uFEFFone", "one")]
    [InlineData("one\ntwo", "one|two")]
    [InlineData("one\r\n\r\n  two  \r\nthree\r\n", "one|two|three")]
    [InlineData("one two", "one two")]
    [InlineData("one\\ntwo", "one\\ntwo")]
    [InlineData("{one", "{one")]
    [InlineData("{\"one\":1}", "{\"one\":1}")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw|whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    [InlineData("", "")]
    [InlineData(" \r\n ", "")]
    public void A_line_is_a_key(string text, string keys)
        => Assert.Equal(keys.Split('|', StringSplitOptions.RemoveEmptyEntries), SecretText.Split(text));

    [Fact]
    public void A_PEM_block_is_a_key_of_several_lines()
    {
        Assert.Equal([First], SecretText.Split(First + "\n"));
        Assert.Equal([First, Second], SecretText.Split($"{First}\n{Second}\n"));
        Assert.Equal(["before", First, "after", Second], SecretText.Split($"before\n{First}\nafter\n{Second}"));
    }

    [Fact]
    public void A_PEM_block_is_a_key_whatever_became_of_its_newlines()
    {
        foreach (var newline in new[] { "", " ", "\r\n", "\t" })
        {
            var (first, second) = (First.Replace("\n", newline, StringComparison.Ordinal), Second.Replace("\n", newline, StringComparison.Ordinal));
            Assert.Equal([first, second], SecretText.Split(first + newline + second + newline));
        }

        Assert.Equal([First, Second], SecretText.Split($"{First}\n{Second}\n".Replace("\n", "\\n", StringComparison.Ordinal)));
        Assert.Equal([First, Second], SecretText.Split($"{First}\n{Second}\n".Replace("\n", "\\r\\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void PEM_without_its_end_is_one_key_that_no_scheme_gets_to_see()
    {
        var key = Assert.Single(SecretText.Split("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZI\nzj0CAQYIKoZI\n"));

        Assert.Equal("it is PEM without its last line", new PlainScheme().ReadKey(key, out var parsed));
        Assert.Null(parsed);
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
        var problem = new PlainScheme().ReadKey(Assert.Single(SecretText.Split(text)), out var key);

        Assert.Null(key);
        Assert.StartsWith("it is a JSON web key", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_keys_of_each_kind_may_stand_in_one_secret()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = key.ExportParameters(false).Q;
        var jwk = $$"""{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(q.X)}}","y":"{{Base64Url.EncodeToString(q.Y)}}"}""";

        Assert.Equal([jwk, First, jwk], SecretText.Split(new StringBuilder().AppendLine(jwk).AppendLine(First).AppendLine(jwk).ToString()));
    }

    [Property]
    public bool No_text_whatsoever_is_more_than_a_problem(string? text)
    {
        foreach (var key in SecretText.Split($"{text}\n{{\"kty\":\"{text}\uD800\"}}"))
            new PlainScheme().ReadKey(key, out _);
        return SecretText.Split("{" + text).Count > 0;
    }

    private static string ParseToPem(string text)
    {
        Assert.Null(new PlainScheme().ReadKey(Assert.Single(SecretText.Split(text)), out var key));
        return Assert.IsType<PlainKey>(key).Text;
    }
}
