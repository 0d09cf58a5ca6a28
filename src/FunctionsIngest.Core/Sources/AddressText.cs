using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace FunctionsIngest.Sources;

/// <summary>Addresses as text, in full notation only.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("0123456789abcdefABCDEF.:");

    /// <summary>
    /// Reads an address. <see cref="IPAddress"/> would take <c>203.0.114</c>, <c>0x7f.1</c> and <c>1</c> as well, each
    /// for an address that its writer did not mean.
    /// </summary>
    /// <param name="text">
    /// Four decimal numbers without leading zeros, or an IPv6 address without brackets and zone.
    /// </param>
    /// <param name="address">The address; an IPv4-mapped one is not un-mapped.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.ContainsAnyExcept(Characters) || !IPAddress.TryParse(text, out var parsed))
            return false;

        // Of an IPv6 address, the end may be written like an IPv4 one.
        var colon = text.LastIndexOf(':');
        var isWhole = colon < 0
            ? IsIPv4(text, parsed)
            : !text.Contains('.') || (IPAddress.TryParse(text[(colon + 1)..], out var end) && IsIPv4(text[(colon + 1)..], end));
        address = isWhole ? parsed : null;
        return isWhole;
    }

    /// <summary>An IPv4 address that came through an IPv6 socket is an IPv4 address.</summary>
    public static IPAddress Normalise(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsIPv4(ReadOnlySpan<char> text, IPAddress address)
        => address.AddressFamily == AddressFamily.InterNetwork && text.SequenceEqual(address.ToString());
}
