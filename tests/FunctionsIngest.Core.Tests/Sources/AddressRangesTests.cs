using System.Net;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Core.Tests.Sources;

public sealed class AddressRangesTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("203.0.113.7/32", "203.0.113.7", true)]
    [InlineData("203.0.113.0/24", "203.0.113.255", true)]
    [InlineData("203.0.113.0/24", "203.0.114.0", false)]
    [InlineData("203.0.113.128/25", "203.0.113.127", false)]
    [InlineData("0.0.0.0/0", "203.0.113.7", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:DB8:0:0:0:0:0:0/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "203.0.113.7", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    // IPv4-mapped addresses are IPv4 addresses.
    [InlineData("::ffff:203.0.113.7", "203.0.113.7", true)]
    [InlineData("::ffff:203.0.113.0/120", "203.0.113.9", true)]
    [InlineData("::ffff:203.0.113.0/120", "203.0.114.0", false)]
    [InlineData("::ffff:cb00:7100/120", "203.0.113.9", true)]
    [InlineData("::ffff:0:0/96", "203.0.113.9", true)]
    public void Ranges_contain_what_they_say(string range, string address, bool isContained)
    {
        var errors = new List<string>();

        Assert.Equal(isContained, AddressRanges.Parse("ranges", [range], errors).Contains(IPAddress.Parse(address)));
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("", "which is neither an address in full nor a CIDR range: write it like 203.0.113.7 or 203.0.113.0/24")]
    [InlineData("example.com", "neither")]
    [InlineData("any", "neither")]
    [InlineData("*", "neither")]
    [InlineData(" 203.0.113.7", "neither")]
    // Each of these is another address to the system's own parser.
    [InlineData("203.0.114", "neither")]
    [InlineData("203.0.114/24", "neither")]
    [InlineData("1", "neither")]
    [InlineData("3405803783", "neither")]
    [InlineData("0x7f.1", "neither")]
    [InlineData("0xCB.0.113.7", "neither")]
    [InlineData("0313.0.113.7", "neither")]
    [InlineData("203.0.113.07", "neither")]
    [InlineData("203.0.113.7.", "neither")]
    [InlineData("203.0.113.300", "neither")]
    [InlineData("203.0.113.7:443", "neither")]
    [InlineData("[::1]", "neither")]
    [InlineData("[::1]:443", "neither")]
    [InlineData("::ffff:203.0.113", "neither")]
    [InlineData("::ffff:203.0.113.07", "neither")]
    [InlineData("2001:db8", "neither")]
    [InlineData("203.0.113.0-203.0.113.9", "neither")]
    [InlineData("203.0.113.0/24,198.51.100.7", "whose length is not a number from 0 to 32")]
    [InlineData("203.0.113.0/33", "whose length is not a number from 0 to 32")]
    [InlineData("203.0.113.0/", "0 to 32")]
    [InlineData("203.0.113.0/+24", "0 to 32")]
    [InlineData("203.0.113.0/024", "0 to 32")]
    [InlineData("203.0.113.0/255.255.255.0", "0 to 32")]
    [InlineData("2001:db8::/129", "0 to 128")]
    [InlineData("203.0.113.7/24", "write 203.0.113.0/24 for the range, or 203.0.113.7 for the one address")]
    [InlineData("203.0.113.7/0", "write 0.0.0.0/0 for the range, or 203.0.113.7 for the one address")]
    [InlineData("224.0.0.0/3", "which no sender has as its address")]
    [InlineData("203.0.113.129/25", "write 203.0.113.128/25")]
    [InlineData("2001:db8:ffff::1/33", "write 2001:db8:8000::/33")]
    [InlineData("::ffff:203.0.113.7/120", "write 203.0.113.0/24 for the range, or 203.0.113.7 for the one address")]
    [InlineData("::ffff:203.0.113.0/24", "more than all IPv4-mapped addresses (/96): write an IPv4 range, such as 203.0.113.0/24")]
    [InlineData("::ffff:0:0/95", "/96")]
    [InlineData("fe80::1%eth0", "names a zone")]
    [InlineData("fe80::%3/10", "names a zone")]
    // Nothing has these as its own address.
    [InlineData("0.0.0.0", "no sender")]
    [InlineData("224.0.0.1", "no sender")]
    [InlineData("239.0.0.0/8", "no sender")]
    [InlineData("255.255.255.255", "no sender")]
    [InlineData("::", "no sender")]
    [InlineData("::203.0.113.7", "no sender")]
    [InlineData("ff02::1", "no sender")]
    public void What_can_never_match_is_an_error_that_names_setting_value_and_fix(string text, string problem)
    {
        var errors = new List<string>();

        Assert.True(AddressRanges.Parse("Webhooks:Sources:begini:AllowedIPs", [text], errors).IsEmpty);

        var error = Assert.Single(errors);
        Assert.StartsWith($"Webhooks:Sources:begini:AllowedIPs:0 is '{text}', wh", error, StringComparison.Ordinal);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_mistake_is_reported_by_its_place()
    {
        var errors = new List<string>();

        AddressRanges.Parse("list", ["203.0.113.7", "1", "203.0.113.0/24", "::"], errors);

        Assert.Equal(["list:1", "list:3"], errors.Select(error => error.Split(' ')[0]));
    }
}
