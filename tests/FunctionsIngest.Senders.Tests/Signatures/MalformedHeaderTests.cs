using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// Headers that are not written as they should be, among them those that the senders' own libraries refuse in their
/// tests.
/// </summary>
public class MalformedHeaderTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly byte[] Body = """{"test": 2432232314}"""u8.ToArray();
    private static readonly string Now = KnownSenders.Seconds(Schemes.Now);

    public static TheoryData<string> OddTimestamps =>
    [
        "1614265330.0", " 1614265330", "1614265330 ", "+1614265330", "-1614265330", "Infinity", "NaN", "1e9", "01614265330", "00", "0x6037", "１６１４２６５３３０",
        "1614265330\0", "99999999999999999999", "253402300800", "9223372036854775808", "1,614,265,330", "2021-02-25T15:02:10Z", "١٢٣",
    ];

    [Theory]
    [InlineData("t=,v1=SIG", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t,v1=,v0=", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t,v1=,v0", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t,v1=,", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t,,", nameof(VerificationResult.TimestampMalformed))]
    [InlineData(",,", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("v1=SIG", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t=NOW", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("t=NOW,v1=", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("t=NOW,v0=SIG", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("t=NOW,V1=SIG", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("t=NOW;v1=SIG", nameof(VerificationResult.TimestampMalformed))]
    [InlineData("t=NOW,t=1,v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,t=NOW,v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,v1=00,t=NOW,v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,v1=SIG,t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=SIG, t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=SIG, t=NOW,v1=SIG, t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=SIG, t=NOW,v1=SIG, t=NOW,v1=SIG, t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=SIG,t=NOW,v1=SIG,t=NOW,v1=SIG,t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=00, t=NOW,v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,v1=SIG, t=NOW,v1=00", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("v1=00, t=NOW,v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,v1=SIG, v1=00", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW, v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("v1=SIG,t=NOW", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=00,v1=SIG,v1=zz", nameof(VerificationResult.Verified))]
    public void Headers_of_Stripe(string header, string expected)
    {
        var valid = KnownSenders.All.Single(sender => sender.Scheme == "stripe").Sign(Body, Schemes.Now, Secret)[0].Value.Split("v1=")[1];
        var scheme = Schemes.Create("stripe");
        var value = header.Replace("SIG", valid, StringComparison.Ordinal).Replace("NOW", Now, StringComparison.Ordinal);

        Assert.Equal(expected, scheme.Verify(Schemes.Request(Body, ("Stripe-Signature", value)), scheme.Key(Secret)).ToString());
    }

    [Theory]
    [InlineData("SIG", nameof(VerificationResult.Verified))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= SIG v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", nameof(VerificationResult.Verified))]
    [InlineData("v1,!!! v1, SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("v1,!!! v1,x SIG", nameof(VerificationResult.Verified))]
    [InlineData("SIG, SIG", nameof(VerificationResult.Verified))]
    [InlineData("SIG,SIG", nameof(VerificationResult.Verified))]
    [InlineData("SIG, SIG, SIG, SIG", nameof(VerificationResult.Verified))]
    [InlineData("SIG,SIG,SIG,SIG", nameof(VerificationResult.Verified))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=, SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("SIG, v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=,SIG", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("  SIG  ", nameof(VerificationResult.Verified))]
    [InlineData("v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= SIG", nameof(VerificationResult.Verified))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", nameof(VerificationResult.SignatureMismatch))]
    [InlineData("v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("v1,", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("v1", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("V1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("   ", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("", nameof(VerificationResult.HeaderMissing))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc", nameof(VerificationResult.SignatureMalformed))]
    [InlineData("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=x", nameof(VerificationResult.SignatureMalformed))]
    public void Signature_headers_of_Standard_Webhooks(string header, string expected)
    {
        var headers = StandardWebhooks();
        headers["webhook-signature"] = header.Replace("SIG", headers["webhook-signature"], StringComparison.Ordinal);

        Assert.Equal(expected, Verify(headers).ToString());
    }

    [Theory]
    [InlineData(16, nameof(VerificationResult.Verified))]
    [InlineData(17, nameof(VerificationResult.SignatureMalformed))]
    public void Sixteen_signatures_may_be_offered(int count, string expected)
    {
        var headers = StandardWebhooks();
        headers["webhook-signature"] = string.Concat(Enumerable.Repeat("v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,skipped ", count - 1)) + headers["webhook-signature"];

        Assert.Equal(expected, Verify(headers).ToString());
    }

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    [InlineData("webhook-signature")]
    public void All_three_headers_of_Standard_Webhooks_are_needed(string name)
    {
        var headers = StandardWebhooks();
        headers.Remove(name);
        Assert.Equal(VerificationResult.HeaderMissing, Verify(headers));

        headers[name] = "";
        Assert.Equal(VerificationResult.HeaderMissing, Verify(headers));
    }

    [Theory]
    [InlineData("webhook-id", "msg_other")]
    [InlineData("webhook-timestamp", "1614265330")]
    public void A_signed_header_counts_once(string name, string other)
    {
        var headers = StandardWebhooks();
        var scheme = Schemes.Create("standard-webhooks");
        (string, string)[] all = [.. headers.Select(pair => (pair.Key, pair.Value))];
        VerificationResult With(string value) => scheme.Verify(Schemes.Request(Body, [.. all, (name, value)]), scheme.Key(Secret));
        VerificationResult Joined(string value) => Verify(new(headers) { [name] = value });

        Assert.Equal(VerificationResult.Verified, With(headers[name]));
        Assert.Equal(VerificationResult.Verified, Joined($"{headers[name]}, {headers[name]}"));
        Assert.Equal(VerificationResult.Verified, Joined($"{headers[name]},{headers[name]},{headers[name]}"));
        Assert.Equal(VerificationResult.HeaderAmbiguous, With(other));
        Assert.Equal(VerificationResult.HeaderAmbiguous, With(""));
        Assert.Equal(VerificationResult.HeaderAmbiguous, Joined($"{headers[name]}, {other}"));
        Assert.Equal(VerificationResult.HeaderAmbiguous, Joined($"{headers[name]},"));
        Assert.Equal(VerificationResult.HeaderAmbiguous, Joined($",{headers[name]}"));
        Assert.Equal(VerificationResult.HeaderMissing, Joined(", ,"));
    }

    [Theory]
    [InlineData("msg.1")]
    [InlineData(".")]
    [InlineData("msg 1")]
    [InlineData("msg\t1")]
    [InlineData("msg\0")]
    [InlineData("msg\u007f")]
    [InlineData("msgé")]
    [InlineData("消息")]
    public void An_id_that_the_signed_content_cannot_carry_is_refused_even_if_it_is_signed(string id)
    {
        var headers = StandardWebhooks(id);

        Assert.Equal(VerificationResult.IdMalformed, Verify(headers));
    }

    [Theory]
    [InlineData(1, nameof(VerificationResult.Verified))]
    [InlineData(257, nameof(VerificationResult.Verified))]
    [InlineData(1024, nameof(VerificationResult.Verified))]
    [InlineData(1025, nameof(VerificationResult.IdMalformed))]
    [InlineData(100_000, nameof(VerificationResult.IdMalformed))]
    public void An_id_has_up_to_1024_characters(int length, string expected)
        => Assert.Equal(expected, Verify(StandardWebhooks(new string('m', length))).ToString());

    [Theory]
    [MemberData(nameof(OddTimestamps))]
    public void A_timestamp_is_a_plain_integer_even_if_it_is_signed(string timestamp)
    {
        var headers = StandardWebhooks(timestamp: timestamp);
        var result = Verify(headers);

        Assert.True(result is VerificationResult.TimestampMalformed or VerificationResult.HeaderAmbiguous, $"{timestamp}: {result}");
    }

    [Theory]
    [MemberData(nameof(OddTimestamps))]
    public void A_timestamp_of_Aghanim_is_a_plain_integer_even_if_it_is_signed(string timestamp)
    {
        var scheme = Schemes.Create("aghanim");
        using var hmac = new System.Security.Cryptography.HMACSHA256("key"u8.ToArray());
        var signature = KnownSenders.Hex(hmac.ComputeHash([.. KnownSenders.Utf8(timestamp + "."), .. Body]));
        var result = scheme.Verify(Schemes.Request(Body, ("x-aghanim-signature", signature), ("x-aghanim-signature-timestamp", timestamp)), scheme.Key("key"));

        Assert.True(result is VerificationResult.TimestampMalformed or VerificationResult.HeaderAmbiguous, $"{timestamp}: {result}");
    }

    [Theory]
    [InlineData("0", nameof(VerificationResult.TimestampTooOld))]
    [InlineData("253402300799", nameof(VerificationResult.TimestampTooNew))]
    public void The_ends_of_time_are_only_out_of_tolerance(string timestamp, string expected)
        => Assert.Equal(expected, Verify(StandardWebhooks(timestamp: timestamp)).ToString());

    [Theory]
    [InlineData("zz")]
    [InlineData("0x00")]
    [InlineData("\0\0")]
    [InlineData("é")]
    public void A_signature_of_Begini_is_128_hexadecimal_digits(string end)
    {
        var sender = KnownSenders.All[0];
        var scheme = Schemes.Create("begini");
        var valid = sender.Sign(Body, Schemes.Now, sender.Secret)[0].Value;
        VerificationResult Of(string value) => scheme.Verify(Schemes.Request(Body, ("X-Signature", value)), scheme.Key(sender.Secret));

        Assert.Equal(VerificationResult.Verified, Of(valid));
        Assert.Equal(VerificationResult.Verified, Of(valid.ToUpperInvariant()));
        Assert.Equal(VerificationResult.SignatureMalformed, Of(valid + end));
        Assert.Equal(VerificationResult.SignatureMalformed, Of(valid[..^end.Length] + end));
        Assert.Equal(VerificationResult.SignatureMalformed, Of(valid[..^2]));
        Assert.Equal(VerificationResult.SignatureMalformed, Of(valid + "00"));
        Assert.Equal(VerificationResult.SignatureMalformed, Of("sha512=" + valid));
        Assert.Equal(VerificationResult.SignatureMalformed, Of(new string('a', 1_000_000)));
    }

    [Fact]
    public void A_prefix_is_needed_where_the_scheme_has_one()
    {
        var scheme = Schemes.Create("github");
        var sender = KnownSenders.All.Single(sender => sender.Scheme == "github");
        var valid = sender.Sign(Body, Schemes.Now, sender.Secret)[0].Value;
        VerificationResult Of(string value) => scheme.Verify(Schemes.Request(Body, ("X-Hub-Signature-256", value)), scheme.Key(sender.Secret));

        Assert.Equal(VerificationResult.SignatureMalformed, Of(valid["sha256=".Length..]));
        Assert.Equal(VerificationResult.SignatureMalformed, Of("sha1=" + valid["sha256=".Length..]));
        Assert.Equal(VerificationResult.SignatureMalformed, Of("SHA256=" + valid["sha256=".Length..]));
        Assert.Equal(VerificationResult.HeaderAmbiguous, Of("sha256=XXX," + valid));
    }

    [Fact]
    public void A_list_of_prefixed_signatures_counts_if_one_of_them_matches()
    {
        var scheme = Schemes.Create(new SchemeOptions
        {
            Scheme = "custom",
            Signature = new SignatureOptions { Header = "X-Hub-Signature", Algorithm = "hmac-sha256", Prefix = "sha256=", Separator = "," },
        });
        var sender = KnownSenders.All.Single(sender => sender.Scheme == "github");
        var valid = sender.Sign(Body, Schemes.Now, sender.Secret)[0].Value;

        Assert.Equal(VerificationResult.Verified, scheme.Verify(Schemes.Request(Body, ("X-Hub-Signature", "sha256=XXX," + valid)), scheme.Key(sender.Secret)));
    }

    [Fact]
    public void Only_eight_keys_are_tried()
    {
        var sender = KnownSenders.All[0];
        var scheme = Schemes.Create("begini");
        var request = Schemes.Request(Body, sender.Sign(Body, Schemes.Now, sender.Secret));
        VerificationKey[] Keys(int wrong) => [.. Enumerable.Range(0, wrong).Select(number => scheme.Key($"wrong {number}")), scheme.Key(sender.Secret)];

        Assert.Equal(VerificationResult.Verified, scheme.Verify(request, Keys(7)));
        Assert.Equal(VerificationResult.SignatureMismatch, scheme.Verify(request, Keys(8)));
    }

    [Fact]
    public void A_public_key_is_no_key_of_an_HMAC()
    {
        const string PublicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
        var scheme = Schemes.Create("standard-webhooks");
        var forger = KnownSenders.All.First(sender => sender.Scheme == "standard-webhooks");
        var key = scheme.Key(PublicKey);

        var forged = Schemes.Request(Body, forger.Sign(Body, Schemes.Now, "whsec_" + PublicKey["whpk_".Length..]));
        Assert.Equal(VerificationResult.SignatureMismatch, scheme.Verify(forged, key));
        Assert.NotNull(Schemes.Create("begini").ParseKey(PublicKey, out _));
    }

    [Theory]
    [InlineData("a token", "a token", nameof(VerificationResult.Verified))]
    [InlineData("a token", "a tokem", nameof(VerificationResult.SignatureMismatch))]
    [InlineData("a token", "a toke", nameof(VerificationResult.SignatureMismatch))]
    [InlineData("a, b", "a, b", nameof(VerificationResult.Verified))]
    [InlineData("a, b", "a, b, a, b", nameof(VerificationResult.Verified))]
    [InlineData("a token", "a token, a token", nameof(VerificationResult.Verified))]
    [InlineData("a token", "a token,a token,a token", nameof(VerificationResult.Verified))]
    [InlineData("a, b", "a, b, a, b, a, b, a, b", nameof(VerificationResult.Verified))]
    [InlineData("a token", "a token, a tokem", nameof(VerificationResult.SignatureMismatch))]
    [InlineData("a token", "a tokem, a token", nameof(VerificationResult.SignatureMismatch))]
    [InlineData("x,x", "x,x", nameof(VerificationResult.Verified))]
    [InlineData("pässword", "p\u00c3\u00a4ssword", nameof(VerificationResult.Verified))] // UTF-8 on the wire, read as Latin-1
    [InlineData("消息", "消息", nameof(VerificationResult.Verified))] // read as UTF-8 by another server
    public void A_token_is_compared_as_it_is(string secret, string sent, string expected)
    {
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "X-Gitlab-Token", Algorithm = "token" } });

        Assert.Equal(expected, scheme.Verify(Schemes.Request(Body, ("X-Gitlab-Token", sent)), scheme.Key(secret)).ToString());
        Assert.Equal(Assurance.Authenticated, scheme.Assurance);
    }

    [Theory]
    [InlineData("a-token", null, ",", nameof(VerificationResult.Verified))]
    [InlineData("another;a-token", null, ";", nameof(VerificationResult.Verified))]
    [InlineData("a-token, a-token", null, ",", nameof(VerificationResult.Verified))]
    [InlineData("another, a-token", null, ",", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("a-token, another", null, ",", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("another, a-token", null, " ", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("id=1,token=another, id=1,token=a-token", "token", null, nameof(VerificationResult.HeaderAmbiguous))]
    public void Two_tokens_that_a_server_has_joined_are_refused_also_where_a_separator_is_set(string sent, string? field, string? separator, string expected)
    {
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "X-Token", Algorithm = "token", Field = field, Separator = separator } });

        Assert.Equal(expected, scheme.Verify(Schemes.Request(Body, ("X-Token", sent)), scheme.Key("a-token")).ToString());
    }

    [Theory]
    [InlineData("t=NOW, v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW,v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW, v1=SIG, t=NOW, v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW, v1=SIG, v1=SIG", nameof(VerificationResult.Verified))]
    [InlineData("t=NOW, v1=ab, v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW, v1=SIG, v1=ab", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW, v1=ab, t=NOW, v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    [InlineData("t=NOW, v1=SIG, t=1, v1=SIG", nameof(VerificationResult.HeaderAmbiguous))]
    public void Where_the_senders_own_separator_is_a_comma_and_a_blank_two_values_of_one_field_are_refused(string header, string expected)
    {
        var scheme = Schemes.Create(new SchemeOptions
        {
            Scheme = "custom",
            Signature = new SignatureOptions { Header = "WorkOS-Signature", Algorithm = "hmac-sha256", Content = "{timestamp}.{body}", TimestampField = "t", Field = "v1", Separator = ", " },
        });
        var signed = new HeaderDictionary();
        scheme.Sign(signed, new OutgoingWebhook("", Schemes.Now, "/", Body), scheme.Key(Secret));
        var signature = signed["WorkOS-Signature"].ToString().Split("v1=")[1];
        var value = header.Replace("SIG", signature, StringComparison.Ordinal).Replace("NOW", Now, StringComparison.Ordinal);

        Assert.Equal(expected, scheme.Verify(Schemes.Request(Body, ("WorkOS-Signature", value)), scheme.Key(Secret)).ToString());
    }

    private static Dictionary<string, string> StandardWebhooks(string id = KnownSenders.Id, string? timestamp = null)
    {
        using var hmac = new System.Security.Cryptography.HMACSHA256(Convert.FromBase64String(Secret[6..]));
        var signature = Convert.ToBase64String(hmac.ComputeHash([.. KnownSenders.Utf8($"{id}.{timestamp ?? Now}."), .. Body]));
        return new() { ["webhook-id"] = id, ["webhook-timestamp"] = timestamp ?? Now, ["webhook-signature"] = "v1," + signature };
    }

    private static VerificationResult Verify(Dictionary<string, string> headers)
    {
        var scheme = Schemes.Create("standard-webhooks");
        return scheme.Verify(Schemes.Request(Body, [.. headers.Select(pair => (pair.Key, pair.Value))]), scheme.Key(Secret));
    }
}
