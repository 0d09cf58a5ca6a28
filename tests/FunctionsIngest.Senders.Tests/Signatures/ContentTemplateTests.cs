using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

public class ContentTemplateTests
{
    [Theory]
    [InlineData("{body}", "BODY")]
    [InlineData("{id}.{timestamp}.{body}", "ID.TIME.BODY")]
    [InlineData("v0:{timestamp}:{body}", "v0:TIME:BODY")]
    [InlineData("{timestamp}{body}", "TIMEBODY")]
    [InlineData("{id}{timestamp}{body}", "IDTIMEBODY")]
    [InlineData("{method}\n{path}\n{body}", "POST\n/pfäd\nBODY")]
    [InlineData("https://example.com/é?a=b{body}", "https://example.com/é?a=bBODY")]
    public void A_template_puts_the_parts_together(string text, string expected)
    {
        var template = ContentTemplate.Parse(text);
        var values = new ContentValues { Id = "ID", Timestamp = "TIME", Method = "POST", Path = "/pfäd", Body = "BODY"u8 };
        var content = new byte[template.Length(values)];
        template.Write(values, content);

        Assert.Equal(expected, Encoding.UTF8.GetString(content));
        Assert.Equal(text, template.ToString());
        Assert.Equal(text == "{body}", template.IsBodyAlone);
    }

    [Theory]
    [InlineData("", "covers neither {body} nor {id}, so that one signature would fit every webhook")]
    [InlineData("body", "covers neither {body} nor {id}, so that one signature would fit every webhook")]
    [InlineData("{timestamp}.{path}", "covers neither {body} nor {id}, so that one signature would fit every webhook")]
    [InlineData("{body", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("body}", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("{url}{body}", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("{Body}", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("{}", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("{{body}}", "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}")]
    [InlineData("{body}.{body}", "names {body} twice")]
    [InlineData("{id}{body}", "puts two of {id}, {method}, {path} and {body} side by side, so that the end of one could pass for the start of the other")]
    [InlineData("{body}{id}", "puts two of {id}, {method}, {path} and {body} side by side, so that the end of one could pass for the start of the other")]
    public void A_template_that_cannot_be_meant_says_why(string text, string problem) => Assert.Equal(problem, ContentTemplate.TryParse(text, out _));

    [Theory]
    [InlineData("{id}.{timestamp}.{body}", "a:b", true)]
    [InlineData("{id}.{timestamp}.{body}", "a.b", false)]
    [InlineData("{id}:{body}", "a.b", true)]
    [InlineData("{id}:{body}", "a:b", false)]
    [InlineData("{body}|{id}", "a|b", false)]
    [InlineData("{body}|{id}|end", "a|b", false)]
    [InlineData("https://answer.url{id}", "loll", true)]
    [InlineData("{id}", "", false)]
    [InlineData("{id}", "a b", false)]
    public void An_id_must_not_move_the_templates_separators(string template, string id, bool accepted)
        => Assert.Equal(accepted, ContentTemplate.Parse(template).Accepts(id));

    [Fact]
    public void A_custom_scheme_may_sign_method_and_path()
    {
        var options = new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "hmac-sha256", Content = "{method} {path}\n{body}" } };
        using var hmac = new System.Security.Cryptography.HMACSHA256("key"u8.ToArray());
        string Signature(string content) => KnownSenders.Hex(hmac.ComputeHash(KnownSenders.Utf8(content)));
        VerificationResult Verify(string signature)
        {
            var scheme = Schemes.Create(options);
            return scheme.Verify(Schemes.Request("{}", ("S", signature)), scheme.Key("key"));
        }

        Assert.Equal(VerificationResult.Verified, Verify(Signature("POST /webhooks/tested\n{}")));
        Assert.Equal(VerificationResult.SignatureMismatch, Verify(Signature("PUT /webhooks/tested\n{}")));
        Assert.Equal(VerificationResult.SignatureMismatch, Verify(Signature("POST /public\n{}")));

        options.PublicPath = "/public";
        Assert.Equal(VerificationResult.Verified, Verify(Signature("POST /public\n{}")));
        Assert.Equal(VerificationResult.SignatureMismatch, Verify(Signature("POST /webhooks/tested\n{}")));
    }
}
