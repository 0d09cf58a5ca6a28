using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// The token that QI Tech has published, with the two keys that can have signed it. The body it was made for is not
/// published.
/// </summary>
public class QiTechTokenTests
{
    private static readonly DateTimeOffset TokenTime = DateTimeOffset.Parse("2023-06-30T18:52:27.885731Z", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly byte[] PrintedBody = """{"body_sample": "Exemplo de webhook"}"""u8.ToArray();

    [Theory]
    [InlineData("qitech-docs-jwt-candidate-key-1")]
    [InlineData("qitech-docs-jwt-candidate-key-2")]
    public void The_published_token_is_genuine_and_made_for_another_body(string name)
    {
        var vector = PublishedVector.All[name];

        Assert.Equal(VerificationResult.BodyMismatch, Verify(Token(vector), vector.Key, TokenTime));
        Assert.Equal(VerificationResult.BodyMismatch, Verify(Token(vector), vector.Key, TokenTime.AddMinutes(5)));
        Assert.Equal(VerificationResult.TimestampTooOld, Verify(Token(vector), vector.Key, TokenTime.AddMinutes(5).AddMicroseconds(1)));
        Assert.Equal(VerificationResult.BodyMismatch, Verify(Token(vector), vector.Key, TokenTime.AddMinutes(-5)));
        Assert.Equal(VerificationResult.TimestampTooNew, Verify(Token(vector), vector.Key, TokenTime.AddMinutes(-5).AddMicroseconds(-1)));
    }

    [Theory]
    [InlineData("qitech-docs-jwt-candidate-key-1")]
    [InlineData("qitech-docs-jwt-candidate-key-2")]
    public void The_published_token_is_not_genuine_with_any_bit_changed(string name)
    {
        var vector = PublishedVector.All[name];
        var scheme = Scheme();
        VerificationKey[] keys = [scheme.Key(vector.Key)];
        var token = Token(vector);
        for (var bit = 0; bit < token.Length * 8; bit++)
        {
            var changed = token.ToCharArray();
            changed[bit / 8] ^= (char)(1 << (bit % 8));

            var result = scheme.Verify(Request(new string(changed)), keys, TokenTime);
            Assert.False(result is VerificationResult.Verified or VerificationResult.BodyMismatch, $"Bit {bit}: {result}");
        }
    }

    [Fact]
    public void The_published_token_fails_with_another_key()
        => Assert.Equal(VerificationResult.SignatureMismatch, Verify(Token(PublishedVector.All["qitech-docs-jwt-candidate-key-1"]), KnownSenders.PublicPem(KnownSenders.NewP521()), TokenTime));

    [Fact]
    public void The_signature_of_RFC_7515_verifies_and_fails_with_any_bit_changed()
    {
        var vector = PublishedVector.All["rfc7515-es512"];
        var key = (EcdsaKey)Scheme().Key(ToPem(vector.Key));
        var data = Encoding.ASCII.GetBytes(vector.Fields["signingInput"]);
        var signature = Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(vector.Expected);

        Assert.True(key.Verifies(data, signature));
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.Verifies(data, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_genuine_token_without_claims_is_malformed()
    {
        var vector = PublishedVector.All["rfc7515-es512"];

        Assert.Equal(VerificationResult.SignatureMalformed, Verify(Token(vector), ToPem(vector.Key), TokenTime));
    }

    private static string Token(PublishedVector vector) => $"{vector.Fields["signingInput"]}.{vector.Expected}";

    private static SignatureScheme Scheme() => Schemes.Create(new SchemeOptions { Scheme = "qi-tech", PublicPath = "/test" });

    private static SignedRequest Request(string token) => Schemes.Request(PrintedBody, ("AUTHORIZATION", token), ("API-CLIENT-KEY", "20d6a816-9d21-4e29-bbe5-2ffb3baacfe9"));

    private static VerificationResult Verify(string token, string key, DateTimeOffset now)
    {
        var scheme = Scheme();
        return scheme.Verify(Request(token), [scheme.Key(key)], now);
    }

    private static string ToPem(string jwk)
    {
        using var document = JsonDocument.Parse(jwk);
        byte[] Number(string name) => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(document.RootElement.GetProperty(name).GetString());
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP521, Q = { X = Number("x"), Y = Number("y") } });
        return ecdsa.ExportSubjectPublicKeyInfoPem();
    }
}
