using System.Net;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Receiving;

/// <summary>
/// Who is calling: the peer of the connection. Only where that is a trusted proxy is its X-Forwarded-For believed, from the right, for each
/// proxy appends whom it saw and everything to the left of that is a caller's word.
/// </summary>
internal static class CallerAddress
{
    /// <summary>The most entries that are walked; nobody chains more proxies, and a forger gets no more work out of us.</summary>
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
