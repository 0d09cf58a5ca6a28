using System.Net;
using FunctionsIngest.Receiving;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Core.Tests.Receiving;

public sealed class CallerAddressTests
{
    [Theory]
    // No proxy is trusted: the peer is the caller, whatever its headers say.
    [InlineData("203.0.113.7", null, "", "203.0.113.7")]
    [InlineData("203.0.113.7", "198.51.100.1", "", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "198.51.100.1", "", "203.0.113.7")]
    // The peer is not a trusted proxy: its header does not count.
    [InlineData("203.0.113.7", "198.51.100.1", "10.0.0.0/8", "203.0.113.7")]
    // One trusted proxy: the last entry is what it saw; those before it are the caller's word.
    [InlineData("10.1.2.3", "198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    [InlineData("::ffff:10.1.2.3", "198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    [InlineData("10.1.2.3", "192.0.2.9, 198.51.100.1", "10.0.0.0/8", "198.51.100.1")]
    [InlineData("10.1.2.3", "192.0.2.9,198.51.100.1:52100", "10.0.0.0/8", "198.51.100.1")]
    [InlineData("10.1.2.3", "[2001:db8::7]:52100", "10.0.0.0/8", "2001:db8::7")]
    // Two trusted proxies in a row.
    [InlineData("10.1.2.3", "192.0.2.9, 198.51.100.1, 10.9.9.9", "10.0.0.0/8", "198.51.100.1")]
    // Trusted all the way: the caller is the first proxy of the chain itself.
    [InlineData("10.1.2.3", "10.9.9.9", "10.0.0.0/8", "10.9.9.9")]
    [InlineData("10.1.2.3", null, "10.0.0.0/8", "10.1.2.3")]
    // What cannot be read cannot be believed, and nothing to the left of it either.
    [InlineData("10.1.2.3", "198.51.100.1, unknown", "10.0.0.0/8", null)]
    [InlineData("10.1.2.3", "198.51.100.1,", "10.0.0.0/8", null)]
    public void The_caller_is_whom_the_last_trusted_proxy_saw(string peer, string? forwarded, string trusted, string? caller)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        if (forwarded is not null)
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        var proxies = AddressRanges.Parse("proxies", trusted.Length == 0 ? [] : [trusted], []);

        Assert.Equal(caller is null ? null : IPAddress.Parse(caller), CallerAddress.Find(context, proxies));
    }

    [Fact]
    public void Repeated_headers_are_one_list()
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("10.1.2.3") } };
        context.Request.Headers["X-Forwarded-For"] = new(["192.0.2.9", "198.51.100.1"]);

        Assert.Equal(IPAddress.Parse("198.51.100.1"), CallerAddress.Find(context, AddressRanges.Parse("proxies", ["10.0.0.0/8"], [])));
    }

    [Fact]
    public void A_chain_without_end_is_not_walked()
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("10.1.2.3") } };
        context.Request.Headers["X-Forwarded-For"] = string.Join(", ", Enumerable.Repeat("10.1.1.1", CallerAddress.MaxHops + 1));

        Assert.Null(CallerAddress.Find(context, AddressRanges.Parse("proxies", ["10.0.0.0/8"], [])));
    }

    [Fact]
    public void A_request_without_a_peer_has_no_caller()
        => Assert.Null(CallerAddress.Find(new DefaultHttpContext(), AddressRanges.Parse("proxies", ["0.0.0.0/0"], [])));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.0/24", "203.0.113.255", true)]
    [InlineData("203.0.113.0/24", "203.0.114.0", false)]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "203.0.113.7", false)]
    public void Ranges_contain_what_they_say(string range, string address, bool isContained)
    {
        var errors = new List<string>();

        Assert.Equal(isContained, AddressRanges.Parse("ranges", [range], errors).Contains(IPAddress.Parse(address)));
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("203.0.113.0/33")]
    public void What_is_no_range_is_an_error_that_names_the_setting_and_the_value(string text)
    {
        var errors = new List<string>();

        Assert.True(AddressRanges.Parse("Webhooks:TrustedProxies", [text], errors).IsEmpty);
        Assert.StartsWith($"Webhooks:TrustedProxies:0 is '{text}'", Assert.Single(errors), StringComparison.Ordinal);
    }
}
