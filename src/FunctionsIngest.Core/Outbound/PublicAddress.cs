using System.Net;
using System.Net.Sockets;

namespace FunctionsIngest.Outbound;

/// <summary>
/// Which addresses are somebody's on the internet, and no part of a network that this app alone can reach.
/// </summary>
internal static class PublicAddress
{
    // Source: the special-purpose address registries of IANA (RFC 6890 and its updates); 168.63.129.16 is the
    // platform's own in every Azure network.
    private static readonly IPNetwork[] Special4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Of IPv6, 2000::/3 alone is given out. Loopback, link-local, unique-local and multicast addresses lie outside of
    // it, these inside.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] Special6 = [.. new[] { "2001::/23", "2001:db8::/32", "3fff::/20" }.Select(IPNetwork.Parse)];

    // Addresses that carry an IPv4 address, with where in their 16 bytes it begins: what counts is where the packets
    // end up.
    private static readonly (IPNetwork Network, int Offset)[] Embedding = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>Whether anybody on the internet could reach the address as well.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !Array.Exists(Special4, network => network.Contains(address));

        foreach (var (network, offset) in Embedding)
        {
            if (network.Contains(address))
                return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(offset, 4)));
        }

        return Global6.Contains(address) && !Array.Exists(Special6, network => network.Contains(address));
    }
}
