using System.Net;
using FunctionsIngest.Receiving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FunctionsIngest.Core.Tests.Receiving;

public sealed class CallerAddressTests
{
    private const string Header = "X-Client";

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public void Without_a_header_the_caller_is_the_peer_whatever_headers_say(string peer, string caller)
    {
        var context = Request(peer, "198.51.100.1");
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.2";

        Assert.Equal(IPAddress.Parse(caller), CallerAddress.Find(context, null));
        Assert.Equal(IPAddress.Parse(caller), CallerAddress.Find(context, ""));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData(" 203.0.113.7 ", "203.0.113.7")]
    [InlineData("203.0.113.7:52100", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("[::ffff:203.0.113.7]:443", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("2001:DB8:0:0:0:0:0:7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:52100", "2001:db8::7")]
    // Joined by a proxy, but one all the same.
    [InlineData("203.0.113.7, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7,203.0.113.7", "203.0.113.7")]
    // Nothing tells which of them the caller wrote.
    [InlineData("203.0.113.7, 198.51.100.1", null)]
    [InlineData("198.51.100.1, 203.0.113.7", null)]
    [InlineData("203.0.113.7, 203.0.113.7:52100", null)]
    [InlineData("203.0.113.7,", null)]
    [InlineData(",203.0.113.7", null)]
    [InlineData("203.0.113.7 198.51.100.1", null)]
    // Not exactly one address.
    [InlineData("", null)]
    [InlineData("unknown", null)]
    [InlineData("203.0.113", null)]
    [InlineData("0xCB007107", null)]
    [InlineData("203.0.113.007", null)]
    [InlineData("203.0.113.7:", null)]
    [InlineData("203.0.113.7:+80", null)]
    [InlineData("203.0.113.7:65536", null)]
    [InlineData("203.0.113.7/32", null)]
    [InlineData("[203.0.113.7]", null)]
    [InlineData("[203.0.113.7]:80", null)]
    [InlineData("[2001:db8::7", null)]
    [InlineData("[2001:db8::7]x", null)]
    [InlineData("[2001:db8::7]52100", null)]
    [InlineData("2001:db8::7]", null)]
    [InlineData("[]", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("\"203.0.113.7\"", null)]
    public void The_header_that_is_named_has_one_address(string value, string? caller)
        => Assert.Equal(caller is null ? null : IPAddress.Parse(caller), CallerAddress.Find(Request("203.0.113.7", value), Header));

    [Fact]
    public void A_repeated_header_is_one_if_its_values_are_equal()
    {
        Assert.Equal(IPAddress.Parse("203.0.113.7"), CallerAddress.Find(Request("127.0.0.1", new(["203.0.113.7", "203.0.113.7"])), Header));
        Assert.Null(CallerAddress.Find(Request("127.0.0.1", new(["203.0.113.7", "198.51.100.1"])), Header));
        Assert.Null(CallerAddress.Find(Request("127.0.0.1", new(["203.0.113.7", ""])), Header));
    }

    [Fact]
    public void A_request_without_the_header_has_no_caller_and_neither_has_one_without_a_peer()
    {
        Assert.Null(CallerAddress.Find(Request("203.0.113.7", StringValues.Empty), Header));
        Assert.Null(CallerAddress.Find(new DefaultHttpContext(), null));
    }

    private static DefaultHttpContext Request(string peer, StringValues header)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        context.Request.Headers[Header] = header;
        return context;
    }
}
