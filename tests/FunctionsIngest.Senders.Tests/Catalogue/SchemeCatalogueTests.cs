using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Catalogue;

public class SchemeCatalogueTests
{
    private const string Names = "aghanim, begini, custom, github, qi-tech, shopify, slack, standard-webhooks, stripe, svix";
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public static TheoryData<string> AllNames => [.. SchemeCatalogue.Names];

    [Fact]
    public void The_names_are_known() => Assert.Equal(Names, string.Join(", ", SchemeCatalogue.Names));

    [Theory]
    [MemberData(nameof(AllNames))]
    public void A_scheme_has_the_name_it_is_asked_for_by(string name)
    {
        var scheme = Create(new SchemeOptions { Scheme = name, Signature = name == "custom" ? Custom() : null }, out var errors);

        Assert.Empty(errors);
        Assert.Equal(name, scheme!.Name);
    }

    [Theory]
    [InlineData("begini", "Validation Failure")]
    [InlineData("aghanim", "Invalid signature")]
    [InlineData("standard-webhooks", "Invalid signature")]
    [InlineData("qi-tech", "Invalid signature")]
    public void A_refused_caller_gets_the_senders_own_sentence(string name, string refusal)
        => Assert.Equal(refusal, Create(new SchemeOptions { Scheme = name }, out _)!.Refusal);

    [Theory]
    [InlineData("begini", "/event/type", null)]
    [InlineData("standard-webhooks", "/type", null)]
    [InlineData("svix", "/type", null)]
    [InlineData("stripe", "/type", null)]
    [InlineData("aghanim", "/event_type", null)]
    [InlineData("qi-tech", "/webhook_type", null)]
    [InlineData("slack", "/event/type", null)]
    [InlineData("github", null, "X-GitHub-Event")]
    [InlineData("shopify", null, "X-Shopify-Topic")]
    public void The_event_type_stands_where_the_sender_puts_it(string name, string? inBody, string? header)
    {
        var payload = Create(new SchemeOptions { Scheme = name }, out _)!.Payload;

        Assert.Equal((inBody, header, name == "aghanim"), (payload.EventType?.ToString(), payload.EventTypeHeader, payload.Required));
    }

    [Theory]
    [InlineData("begini", 7.0, 0.0)]
    [InlineData("standard-webhooks", 7.0, 300.0)]
    [InlineData("qi-tech", 7.0, 300.0)]
    [InlineData("aghanim", 7.0, 3 * 86400.0)]
    [InlineData("aghanim", 6.0, 3 * 86400.0)]
    [InlineData("aghanim", 2.0, 86400.0)]
    [InlineData("standard-webhooks", 1 / 288.0, 150.0)]
    [InlineData("qi-tech", 1 / 288.0, 150.0)]
    public void A_timestamp_may_be_as_old_as_the_sender_needs_and_half_the_retention_at_most(string name, double retentionDays, double pastSeconds)
    {
        var scheme = SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = name }, TimeSpan.FromDays(retentionDays), []);

        Assert.Equal(TimeSpan.FromSeconds(pastSeconds), scheme!.PastTolerance);
    }

    [Theory]
    [InlineData("standard-webhooks")]
    [InlineData("aghanim")]
    [InlineData("qi-tech")]
    public void A_sources_own_tolerance_holds_both_ways(string name)
    {
        var sender = Signatures.KnownSenders.All.First(sender => sender.Scheme == name);
        var tolerance = TimeSpan.FromSeconds(10);
        var scheme = Create(new SchemeOptions { Scheme = name, Tolerance = tolerance }, out _)!;
        Assert.Equal(tolerance, scheme.PastTolerance);
        Assert.Null(scheme.ParseKey(sender.Configured(sender.Secret), out var key));
        var time = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
        var request = Signatures.Schemes.Request("{}", sender.Sign("{}"u8.ToArray(), time, sender.Secret));

        Assert.Equal(VerificationResult.Verified, scheme.Verify(request, [key!], time + tolerance));
        Assert.Equal(VerificationResult.TimestampTooOld, scheme.Verify(request, [key!], time + tolerance + sender.Resolution));
        Assert.Equal(VerificationResult.Verified, scheme.Verify(request, [key!], time - tolerance));
        Assert.Equal(VerificationResult.TimestampTooNew, scheme.Verify(request, [key!], time - tolerance - sender.Resolution));
    }

    public static TheoryData<string> Mistakes => [.. MistakeTable.Select(mistake => mistake.Error)];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_a_sentence_with_setting_value_and_fix(string error)
    {
        var options = MistakeTable.Single(mistake => mistake.Error == error).Options;

        Assert.Null(Create(options, out var errors));
        Assert.Equal($"Webhooks:Sources:tested:{error}", Assert.Single(errors));
    }

    [Fact]
    public void All_mistakes_are_reported_together()
    {
        Create(new SchemeOptions { Scheme = "begini", Tolerance = TimeSpan.FromMinutes(1), PublicPath = "/a", ClientKey = "b", BodyHash = "raw", SecretFormat = "c", Signature = Custom() }, out var errors);

        Assert.Equal(6, errors.Count);
    }

    [Fact]
    public void Errors_are_added_to_those_that_are_there()
    {
        List<string> errors = ["another"];

        Assert.NotNull(SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = "begini" }, Week, errors));
        Assert.Equal("another", Assert.Single(errors));
    }

    private static readonly (SchemeOptions Options, string Error)[] MistakeTable =
    [
        (new(), $"Scheme is not set; set it to one of {Names}."),
        (new() { Scheme = "bgini" }, $"Scheme is 'bgini', which is not a scheme; did you mean 'begini'? The schemes are {Names}."),
        (new() { Scheme = "QI-Tech" }, $"Scheme is 'QI-Tech', which is not a scheme; did you mean 'qi-tech'? The schemes are {Names}."),
        (new() { Scheme = "paypal-v2" }, $"Scheme is 'paypal-v2', which is not a scheme; set it to one of {Names}."),
        (new() { Scheme = "begini", PublicPath = "/a" }, "PublicPath is '/a', but the scheme begini signs no path here; remove it."),
        (new() { Scheme = "begini", Tolerance = TimeSpan.FromMinutes(1) }, "Tolerance is '00:01:00', but the scheme begini has no signed timestamp here; remove it."),
        (new() { Scheme = "begini", ClientKey = "name" }, "ClientKey is set, but only the scheme qi-tech compares a client key; remove it."),
        (new() { Scheme = "begini", BodyHash = "raw" }, "BodyHash is 'raw', but only the scheme qi-tech has a hash of the body; remove it."),
        (new() { Scheme = "begini", SecretFormat = "pem" }, "SecretFormat is 'pem'; set it to one of utf8, base64, hex."),
        (new() { Scheme = "standard-webhooks", SecretFormat = "UTF8" }, "SecretFormat is 'UTF8'; set it to one of utf8, base64, hex."),
        (new() { Scheme = "begini", Signature = Custom() }, "Signature is set, but the scheme begini is complete without it; remove it, or set Scheme to custom."),
        (new() { Scheme = "aghanim", Tolerance = TimeSpan.Zero }, "Tolerance is 00:00:00; set it to more than zero and at most half of the retention, 3.12:00:00."),
        (new() { Scheme = "aghanim", Tolerance = TimeSpan.FromDays(4) }, "Tolerance is 4.00:00:00; set it to more than zero and at most half of the retention, 3.12:00:00."),
        (new() { Scheme = "aghanim", Tolerance = TimeSpan.FromMinutes(-5) }, "Tolerance is -00:05:00; set it to more than zero and at most half of the retention, 3.12:00:00."),
        (new() { Scheme = "qi-tech", SecretFormat = "utf8" }, "SecretFormat is 'utf8'; set it to one of base64, hex, pem."),
        (new() { Scheme = "qi-tech", BodyHash = "md5" }, "BodyHash is 'md5'; set it to one of raw, json-dumps."),
        (new() { Scheme = "qi-tech", PublicPath = "webhook" }, "PublicPath is 'webhook'; set it to the path and, if the sender signs it, the query: from the first / on, without # or space."),
        (new() { Scheme = "qi-tech", PublicPath = "/webhook#a" }, "PublicPath is '/webhook#a'; set it to the path and, if the sender signs it, the query: from the first / on, without # or space."),
        (new() { Scheme = "qi-tech", PublicPath = "https://example.com/webhook" }, "PublicPath is 'https://example.com/webhook'; set it to the path and, if the sender signs it, the query: from the first / on, without # or space."),
        (new() { Scheme = "qi-tech", Signature = Custom() }, "Signature is set, but the scheme qi-tech is complete without it; remove it, or set Scheme to custom."),
        (new() { Scheme = "custom" }, "Signature is not set; the scheme custom needs at least Signature:Header and Signature:Algorithm."),
        (With(signature => signature.Header = null), "Signature:Header is not set; set it to the name of a header."),
        (With(signature => signature.Header = "X Signature"), "Signature:Header is 'X Signature', which is not the name of a header; a name has letters, digits and -."),
        (With(signature => signature.Algorithm = null), "Signature:Algorithm is not set; set it to one of hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512, ed25519, ecdsa-p256-sha256, rsa-sha256, token."),
        (With(signature => signature.Algorithm = "md5"), "Signature:Algorithm is 'md5'; set it to one of hmac-sha1, hmac-sha256, hmac-sha384, hmac-sha512, ed25519, ecdsa-p256-sha256, rsa-sha256, token."),
        (With(signature => signature.Encoding = "base32"), "Signature:Encoding is 'base32'; set it to one of hex, base64, base64url."),
        (With(signature => signature.Separator = "x"), "Signature:Separator is 'x'; set it to a comma, a semicolon, a space, &, |, or a comma and a blank."),
        (With(signature => signature.Separator = " ,"), "Signature:Separator is ' ,'; set it to a comma, a semicolon, a space, &, |, or a comma and a blank."),
        (With(signature => (signature.Field, signature.Separator) = ("v1", "")), "Signature:Field is 'v1', but Signature:Separator is empty; set that to what separates the pairs."),
        (With(signature => signature.Field = "v,1"), "Signature:Field is 'v,1', which contains the separator ','; remove that from it, or set Signature:Separator to another one."),
        (With(signature => signature.Content = "{bodies}"), "Signature:Content is '{bodies}', which has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}."),
        (With(signature => signature.Content = "{timestamp}.{body}"), "Signature:Content is '{timestamp}.{body}', but neither Signature:TimestampHeader nor Signature:TimestampField says where the timestamp is; set one of them."),
        (With(signature => signature.Content = "{id}.{body}"), "Signature:Content is '{id}.{body}', but Signature:IdHeader does not say where the id is; set it."),
        (With(signature => signature.TimestampHeader = "X-Time"), "Signature:TimestampHeader is 'X-Time', but anybody can change a timestamp that is not signed; put {timestamp} into Signature:Content where the sender signs it, or remove this."),
        (With(signature => signature.TimestampField = "t"), "Signature:TimestampField is 't', but anybody can change a timestamp that is not signed; put {timestamp} into Signature:Content where the sender signs it, or remove this."),
        (With(signature => (signature.Content, signature.TimestampHeader, signature.TimestampField) = ("{timestamp}.{body}", "X-Time", "t")), "Signature:TimestampField is 't', but Signature:TimestampHeader is set as well; remove one of them."),
        (With(signature => signature.TimestampUnit = "minutes"), "Signature:TimestampUnit is 'minutes'; set it to one of seconds, milliseconds."),
        (With(signature => signature.IdHeader = "X-Id"), "Signature:IdHeader is 'X-Id', but anybody can change an id that is not signed; put {id} into Signature:Content where the sender signs it, or remove this."),
        (With(signature => signature.IdPointer = "id"), "Signature:IdPointer is 'id', which is not a JSON pointer; write it as in /event/type."),
        (With(signature => signature.EventTypePointer = "type"), "Signature:EventTypePointer is 'type', which is not a JSON pointer; write it as in /event/type."),
        (With(signature => signature.EventTypeHeader = "é"), "Signature:EventTypeHeader is 'é', which is not the name of a header; a name has letters, digits and -."),
        (With(signature => (signature.Content, signature.IdHeader, signature.IdPointer) = ("{id}", "X-Id", "/id")), "Signature:IdPointer is '/id', but anybody can change a body that is not signed; remove this, or put {body} into Signature:Content where the sender signs it."),
        (With(signature => (signature.Algorithm, signature.IdPointer) = ("token", "/a")), "Signature:IdPointer is '/a', but anybody can change a body that is not signed; remove this, or put {body} into Signature:Content where the sender signs it."),
        (With(signature => (signature.Algorithm, signature.Content) = ("token", "x{body}")), "Signature:Content is 'x{body}'; a token signs nothing, remove it."),
    ];

    private static SignatureOptions Custom() => new() { Header = "X-Signature", Algorithm = "hmac-sha256" };

    private static SchemeOptions With(Action<SignatureOptions> change)
    {
        var signature = Custom();
        change(signature);
        return new SchemeOptions { Scheme = "custom", Signature = signature };
    }

    private static SignatureScheme? Create(SchemeOptions options, out List<string> errors)
    {
        errors = [];
        return SchemeCatalogue.Create("tested", options, Week, errors);
    }
}
