using System.Net;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Receiving;

/// <summary>
/// Who is calling: the peer of the connection. Only if that is a trusted proxy does its X-Forwarded-For count, read
/// from the right. Each proxy appends whom it saw; everything to the left of that is only what a caller says.
/// </summary>
internal static class CallerAddress
{
    /// <summary>
    /// The most entries that are walked. Proxies form shorter chains, and a forger must not make us work.
    /// </summary>
    public const int MaxHops = 16;

    /// <summary>Finds the caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="trustedProxies">Whose X-Forwarded-For is believed.</param>
    /// <returns>The normalised address; null if it cannot be told, which no allow-list lets in.</returns>
    public static IPAddress? Find(HttpContext context, AddressRanges trustedProxies)
    {
        if (context.Connection.RemoteIpAddress is not { } peer)
            return null;

        var caller = AddressRanges.Normalise(peer);
        var forwarded = context.Request.Headers["X-Forwarded-For"].ToString().AsSpan();
        for (var hop = 0; trustedProxies.Contains(caller) && !forwarded.IsEmpty; hop++)
        {
            var comma = forwarded.LastIndexOf(',');
            var entry = forwarded[(comma + 1)..].Trim();
            forwarded = comma < 0 ? default : forwarded[..comma];

            // Some proxies write the port as well: 203.0.113.7:52100, [2001:db8::7]:52100.
            if (hop == MaxHops || !IPEndPoint.TryParse(entry, out var endpoint))
                return null;
            caller = AddressRanges.Normalise(endpoint.Address);
        }

        return caller;
    }
}
