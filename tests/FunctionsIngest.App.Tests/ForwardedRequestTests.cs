using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

public sealed class ForwardedRequestTests
{
    [Fact]
    public void The_host_joins_repeated_headers_and_puts_its_own_peer_for_the_sender_s()
    {
        using var request = Genuine.Post("begini", "{}"u8.ToArray());
        request.Headers.TryAddWithoutValidation("X-Signature", ["one", "two"]);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", ["203.0.113.1", "203.0.113.2"]);

        using var forwarded = ForwardedRequest.Create(request, "{}"u8.ToArray(), new Uri("http://localhost:1/"), "an-invocation");

        Assert.Equal("http://localhost:1/webhooks/begini", forwarded.RequestUri!.AbsoluteUri);
        Assert.Equal("one, two", Assert.Single(forwarded.Headers.NonValidated["X-Signature"]));
        Assert.Equal("127.0.0.1", Assert.Single(forwarded.Headers.NonValidated["X-Forwarded-For"]));
        Assert.Equal("an-invocation", Assert.Single(forwarded.Headers.NonValidated["x-ms-invocation-id"]));
        Assert.Equal("application/json", forwarded.Content!.Headers.ContentType?.MediaType);
    }
}
