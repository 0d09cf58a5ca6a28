using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Receiving;

/// <summary>Who is calling: the peer of the connection, or the address in the one header that names it.</summary>
internal static class CallerAddress
{
    /// <summary>Finds the caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="header">The header that a proxy writes the address into; null or empty: the peer counts.</param>
    /// <returns>The normalised address; null if it cannot be told, which no allow-list lets in.</returns>
    public static IPAddress? Find(HttpContext context, string? header)
    {
        if (string.IsNullOrEmpty(header))
            return context.Connection.RemoteIpAddress is { } peer ? AddressText.Normalise(peer) : null;

        return HeaderValue.ReadOne(context.Request.Headers, header, out var value) == VerificationResult.Verified && TryParse(value.Trim(), out var address)
            ? AddressText.Normalise(address)
            : null;
    }

    // Some proxies write the port as well: 203.0.113.7:52100, [2001:db8::7]:52100.
    private static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            return end > 0 && IsPortOrNothing(text[(end + 1)..]) && text[1..end].Contains(':') && AddressText.TryParse(text[1..end], out address);
        }

        var colon = text.IndexOf(':');
        var hasPort = colon >= 0 && text.LastIndexOf(':') == colon;
        return (!hasPort || IsPortOrNothing(text[colon..])) && AddressText.TryParse(hasPort ? text[..colon] : text, out address);
    }

    private static bool IsPortOrNothing(ReadOnlySpan<char> text)
        => text.IsEmpty || (text[0] == ':' && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
