using FunctionsIngest.Outbound;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Core.Tests.Outbound;

public sealed class RequestTextTests
{
    [Fact]
    public void A_curl_line_quotes_what_a_shell_would_read()
        => Assert.Equal(
            @"curl -H 'Content-Type: application/json' -H 'X-Signature: abc' --data-raw '{""it'\''s"":1}' 'https://example.com/hook?x=1&y=2'",
            RequestText.Curl(Webhook("https://example.com/hook?x=1&y=2", "{\"it's\":1}"u8.ToArray())));

    [Fact]
    public void A_plain_address_is_not_quoted()
        => Assert.EndsWith("' http://localhost:7071/webhooks/begini", RequestText.Curl(Webhook("http://localhost:7071/webhooks/begini", "{}"u8.ToArray())), StringComparison.Ordinal);

    [Fact]
    public void An_empty_body_is_an_empty_word()
        => Assert.Contains(" --data-raw '' ", RequestText.Curl(Webhook("http://localhost/", [])), StringComparison.Ordinal);

    private static SignedWebhook Webhook(string url, byte[] body) => new(new Uri(url), new HeaderDictionary { ["X-Signature"] = "abc" }, body);
}
