using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

public class QiTechSchemeTests
{
    private static readonly string PrivateKey = KnownSenders.NewP521();
    private static readonly byte[] Body = """{"webhook_type": "account.transaction"}"""u8.ToArray();
    private static readonly string Md5 = KnownSenders.Md5(Body);

    [Theory]
    [InlineData("POST", KnownSenders.Path, nameof(VerificationResult.Verified))]
    [InlineData("GET", KnownSenders.Path, nameof(VerificationResult.MethodMismatch))]
    [InlineData("post", KnownSenders.Path, nameof(VerificationResult.MethodMismatch))]
    [InlineData("POST", "/webhooks/other", nameof(VerificationResult.AddressMismatch))]
    [InlineData("POST", "/webhooks/tested/", nameof(VerificationResult.AddressMismatch))]
    [InlineData("POST", "/Webhooks/tested", nameof(VerificationResult.AddressMismatch))]
    [InlineData("POST", "/webhooks/tested?a=b", nameof(VerificationResult.AddressMismatch))]
    [InlineData("POST", "https://example.com/webhooks/tested", nameof(VerificationResult.AddressMismatch))]
    [InlineData("POST", "", nameof(VerificationResult.AddressMismatch))]
    public void A_token_is_for_one_method_and_path(string method, string uri, string expected)
        => Assert.Equal(expected, Verify(KnownSenders.QiTechClaims(Md5, Schemes.Now, method, uri)).ToString());

    [Fact]
    public void The_public_path_stands_for_the_requests_path()
    {
        var options = new SchemeOptions { PublicPath = "/test" };

        Assert.Equal(VerificationResult.Verified, Verify(KnownSenders.QiTechClaims(Md5, Schemes.Now, uri: "/test"), options));
        Assert.Equal(VerificationResult.AddressMismatch, Verify(KnownSenders.QiTechClaims(Md5, Schemes.Now), options));
    }

    [Theory]
    [InlineData("""{"alg":"ES512"}""", nameof(VerificationResult.Verified))]
    [InlineData("""{"alg":"ES512","typ":"JWT","kid":"1"}""", nameof(VerificationResult.Verified))]
    [InlineData("""{"alg":"none"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":"None"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":"es512"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":"ES256"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":"HS512"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":"RS512"}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":""}""", nameof(VerificationResult.AlgorithmRefused))]
    [InlineData("""{"alg":null}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""{"alg":["ES512"]}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""{"typ":"JWT"}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""{"alg":"ES512","alg":"ES512"}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""{"alg":"ES512","crit":["exp"]}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""{"alg":"ES512","crit":"b64","b64":false}""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("""["ES512"]""", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("ES512", nameof(VerificationResult.SignatureMalformed))]
    public void A_token_is_of_ES512_even_if_its_signature_is_right(string header, string expected)
    {
        var key = (EcdsaKey)Scheme().Key(PrivateKey);
        var token = CompactJws.Sign(KnownSenders.Utf8(header), KnownSenders.Utf8(KnownSenders.QiTechClaims(Md5, Schemes.Now)), key);

        Assert.Equal(expected, Verify(Schemes.Request(Body, ("AUTHORIZATION", token))).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("a.b")]
    [InlineData("TOKEN.")]
    [InlineData(".TOKEN")]
    [InlineData("TOKEN.x")]
    [InlineData("Bearer TOKEN")]
    [InlineData(" TOKEN")]
    [InlineData("TOKEN ")]
    [InlineData("TOKEN=")]
    [InlineData("TOKENA")]
    [InlineData("TOKEN\0")]
    [InlineData("é.é.é")]
    public void A_token_has_three_segments_of_base64url(string shape)
    {
        var token = KnownSenders.Token(Body, Schemes.Now, PrivateKey);
        var result = Verify(Schemes.Request(Body, ("AUTHORIZATION", shape.Replace("TOKEN", token, StringComparison.Ordinal))));

        Assert.Equal(shape.Length == 0 ? VerificationResult.HeaderMissing : VerificationResult.SignatureMalformed, result);
    }

    [Fact]
    public void A_token_of_any_length_is_only_malformed()
        => Assert.Equal(VerificationResult.SignatureMalformed, Verify(Schemes.Request(Body, ("AUTHORIZATION", new string('a', 1_000_000) + ".b.c"))));

    [Fact]
    public void A_signature_of_other_length_is_malformed()
    {
        var segments = KnownSenders.Token(Body, Schemes.Now, PrivateKey).Split('.');
        foreach (var length in new[] { 1, 128, 131, 133, 139 })
        {
            var token = $"{segments[0]}.{segments[1]}.{Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(new byte[length])}";
            Assert.Equal(VerificationResult.SignatureMalformed, Verify(Schemes.Request(Body, ("AUTHORIZATION", token))));
        }

        var zero = $"{segments[0]}.{segments[1]}.{Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(new byte[132])}";
        Assert.Equal(VerificationResult.SignatureMismatch, Verify(Schemes.Request(Body, ("AUTHORIZATION", zero))));
    }

    [Theory]
    [InlineData("""{"timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"M","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"M","timestamp":"T","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"M","timestamp":"T","method":"POST"}""")]
    [InlineData("""{"payload_md5":"M","timestamp":"T","method":"POST","uri":null}""")]
    [InlineData("""{"payload_md5":"M","timestamp":1790000000,"method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":["M"],"timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"M00","timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"","timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz","timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""{"payload_md5":"M","payload_md5":"M","timestamp":"T","method":"POST","uri":"/webhooks/tested"}""")]
    [InlineData("""[]""")]
    public void A_token_carries_its_four_claims_once(string claims)
    {
        var payload = claims.Replace("\"M", "\"" + Md5, StringComparison.Ordinal).Replace("\"T\"", "\"2026-09-21T14:13:20.500000Z\"", StringComparison.Ordinal);

        Assert.Equal(VerificationResult.SignatureMalformed, Sign(payload));
    }

    [Theory]
    [InlineData("2026-09-21T14:13:20.500000Z", nameof(VerificationResult.Verified))]
    [InlineData("2026-09-21T14:13:20.5Z", nameof(VerificationResult.Verified))]
    [InlineData("2026-09-21T14:13:20.123Z", nameof(VerificationResult.Verified))]
    [InlineData("2026-09-21T14:13:20Z", nameof(VerificationResult.Verified))]
    [InlineData("2026-09-21T14:13:20.Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T14:13:20.1234567Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T14:13:20", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T14:13:20z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T14:13:20+00:00", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21 14:13:20Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData(" 2026-09-21T14:13:20Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T14:13:20Z ", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-9-21T14:13:20Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-13-21T14:13:20Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("2026-09-21T24:00:00Z", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("1790000000", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("0001-01-01T00:00:00Z", nameof(VerificationResult.TimestampTooOld))]
    [InlineData("9999-12-31T23:59:59.999999Z", nameof(VerificationResult.TimestampTooNew))]
    public void A_timestamp_is_written_as_Python_writes_it(string timestamp, string expected)
        => Assert.Equal(expected, Sign($$"""{"payload_md5":"{{Md5}}","timestamp":"{{timestamp}}","method":"POST","uri":"{{KnownSenders.Path}}"}""").ToString());

    [Theory]
    [InlineData("right", "right", nameof(VerificationResult.Verified))]
    [InlineData("right", "wrong", nameof(VerificationResult.ClientKeyMismatch))]
    [InlineData("right", "righ", nameof(VerificationResult.ClientKeyMismatch))]
    [InlineData("right", "right, right", nameof(VerificationResult.Verified))]
    [InlineData("right", "right, wrong", nameof(VerificationResult.ClientKeyMismatch))]
    [InlineData("right", "wrong, right", nameof(VerificationResult.ClientKeyMismatch))]
    [InlineData("right", "", nameof(VerificationResult.HeaderMissing))]
    [InlineData("right", null, nameof(VerificationResult.HeaderMissing))]
    [InlineData(null, "right", nameof(VerificationResult.ClientKeyMismatch))]
    public void The_client_key_is_compared_where_one_is_configured(string? configured, string? sent, string expected)
    {
        var scheme = Scheme(new SchemeOptions { ClientKey = "qitech-client-key" });
        VerificationKey[] keys = configured is null ? [scheme.Key(PrivateKey)] : [new ClientKey(configured), scheme.Key(PrivateKey)];
        (string, string)[] token = [("AUTHORIZATION", KnownSenders.Token(Body, Schemes.Now, PrivateKey))];

        Assert.Equal(expected, scheme.Verify(Schemes.Request(Body, sent is null ? token : [.. token, ("API-CLIENT-KEY", sent)]), keys).ToString());
    }

    [Fact]
    public void Two_different_client_keys_are_refused()
    {
        var scheme = Scheme(new SchemeOptions { ClientKey = "qitech-client-key" });
        var request = Schemes.Request(Body, ("AUTHORIZATION", KnownSenders.Token(Body, Schemes.Now, PrivateKey)), ("API-CLIENT-KEY", "right"), ("API-CLIENT-KEY", "wrong"));

        Assert.Equal(VerificationResult.HeaderAmbiguous, scheme.Verify(request, new ClientKey("right"), scheme.Key(PrivateKey)));
    }

    [Fact]
    public void A_client_key_is_not_looked_at_where_none_is_configured()
        => Assert.Equal(VerificationResult.Verified, Verify(Schemes.Request(Body, ("AUTHORIZATION", KnownSenders.Token(Body, Schemes.Now, PrivateKey)), ("API-CLIENT-KEY", "any"))));

    [Fact]
    public void A_client_key_signs_by_its_header_alone()
    {
        var headers = new Microsoft.AspNetCore.Http.HeaderDictionary();
        Scheme().Sign(headers, new OutgoingWebhook("id", Schemes.Now, "/", Body), new ClientKey("right"));

        Assert.Equal("right", Assert.Single(headers).Value.ToString());
        Assert.True(headers.ContainsKey("API-CLIENT-KEY"));
    }

    [Fact]
    public void The_MD5_may_be_in_upper_case()
        => Assert.Equal(VerificationResult.Verified, Verify(KnownSenders.QiTechClaims(Md5.ToUpperInvariant(), Schemes.Now)));

    [Theory]
    [InlineData("""{"b":1,"a":"é"}""", """{"b": 1, "a": "\u00e9"}""")]
    [InlineData("""{ "a" : [ 1.0, 1e2 ] }""", """{"a": [1.0, 100.0]}""")]
    public void The_MD5_may_be_of_the_body_as_Python_writes_it_unless_the_source_says_otherwise(string sent, string dumped)
    {
        var request = Schemes.Request(sent, ("AUTHORIZATION", KnownSenders.Token(KnownSenders.QiTechClaims(KnownSenders.Md5(Encoding.UTF8.GetBytes(dumped)), Schemes.Now), PrivateKey)));
        var asSent = Schemes.Request(sent, ("AUTHORIZATION", KnownSenders.Token(Encoding.UTF8.GetBytes(sent), Schemes.Now, PrivateKey)));

        Assert.Equal(VerificationResult.Verified, Verify(request, new SchemeOptions { BodyHash = "json-dumps" }));
        Assert.Equal(VerificationResult.Verified, Verify(asSent, new SchemeOptions { BodyHash = "json-dumps" }));
        Assert.Equal(VerificationResult.BodyMismatch, Verify(request, new SchemeOptions { BodyHash = "raw" }));
        Assert.Equal(VerificationResult.Verified, Verify(request));
    }

    [Theory]
    [InlineData("""{"b":1,"a":"é"}""", """{"b": 1, "a": "\u00e9"}""", """{"b": 1, "a": "\u00e9"}""")]
    [InlineData("""{"key":"k1"}""", """{"key":"k1"}""", """{"key":"k1"}""")]
    [InlineData("""{"key":"FORGED","key":"k1"}""", """{"key": "k1"}""", null)]
    [InlineData("""{"a":[{"key":"FORGED","k\u0065y":"k1"}]}""", """{"a": [{"key": "k1"}]}""", null)]
    public void What_was_hashed_is_handed_on_and_repeated_members_are_refused(string sent, string hashed, string? handedOn)
    {
        var scheme = Scheme();
        var request = Schemes.Request(sent, ("AUTHORIZATION", KnownSenders.Token(KnownSenders.QiTechClaims(KnownSenders.Md5(Encoding.UTF8.GetBytes(hashed)), Schemes.Now), PrivateKey)));

        var result = VerifiedWebhook.Verify(scheme, request, [scheme.Key(KnownSenders.PublicPem(PrivateKey))], Schemes.Now, out var webhook);

        Assert.Equal(handedOn is null ? VerificationResult.BodyMismatch : VerificationResult.Verified, result);
        Assert.Equal(handedOn, webhook is null ? null : Encoding.UTF8.GetString(webhook.Body.Span));
    }

    [Theory]
    [InlineData("\"exp\":1790000000", nameof(VerificationResult.Verified))]
    [InlineData("\"exp\":1789999999", nameof(VerificationResult.TokenExpired))]
    [InlineData("\"exp\":1789999999.5", nameof(VerificationResult.TokenExpired))]
    [InlineData("\"nbf\":1790000000", nameof(VerificationResult.Verified))]
    [InlineData("\"nbf\":1790000001", nameof(VerificationResult.TokenNotYetValid))]
    [InlineData("\"exp\":1790000001,\"nbf\":1.79e9", nameof(VerificationResult.Verified))]
    [InlineData("\"exp\":\"1790000001\"", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("\"exp\":null", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("\"nbf\":[1]", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("\"exp\":1e400", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("\"iat\":\"any\"", nameof(VerificationResult.Verified))]
    public void The_tokens_own_times_are_honoured_where_it_has_them(string claim, string expected)
        => Assert.Equal(expected, Sign($$"""{"payload_md5":"{{Md5}}","timestamp":"2026-09-21T14:13:20.500000Z","method":"POST","uri":"{{KnownSenders.Path}}",{{claim}}}""").ToString());

    [Fact]
    public void The_path_may_have_a_query()
    {
        var claims = KnownSenders.QiTechClaims(Md5, Schemes.Now, "POST", "/hook?x=1");

        Assert.Equal(VerificationResult.Verified, Verify(claims, new SchemeOptions { PublicPath = "/hook?x=1" }));
        Assert.Equal(VerificationResult.AddressMismatch, Verify(claims, new SchemeOptions { PublicPath = "/hook" }));
        Assert.Equal(VerificationResult.AddressMismatch, Verify(claims));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void A_body_that_Python_would_not_write_is_only_another_body(string sent)
    {
        var request = Schemes.Request(sent, ("AUTHORIZATION", KnownSenders.Token(Body, Schemes.Now, PrivateKey)));

        Assert.Equal(VerificationResult.BodyMismatch, Verify(request, new SchemeOptions { BodyHash = "json-dumps" }));
    }

    private static VerificationResult Sign(string claims)
    {
        var token = CompactJws.Sign("""{"alg":"ES512","typ":"JWT"}"""u8, KnownSenders.Utf8(claims), (EcdsaKey)Scheme().Key(PrivateKey));
        return Verify(Schemes.Request(Body, ("AUTHORIZATION", token)));
    }

    private static SignatureScheme Scheme(SchemeOptions? options = null)
    {
        options ??= new SchemeOptions();
        options.Scheme = "qi-tech";
        return Schemes.Create(options);
    }

    private static VerificationResult Verify(string claims, SchemeOptions? options = null)
        => Verify(Schemes.Request(Body, ("AUTHORIZATION", KnownSenders.Token(claims, PrivateKey))), options);

    private static VerificationResult Verify(SignedRequest request, SchemeOptions? options = null)
    {
        var scheme = Scheme(options);
        return scheme.Verify(request, scheme.Key(KnownSenders.PublicPem(PrivateKey)));
    }
}
