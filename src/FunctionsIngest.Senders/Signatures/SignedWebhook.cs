using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>A webhook, signed and ready to be sent.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Headers">The headers that sign it, and what else the sender puts there.</param>
/// <param name="Body">The body.</param>
internal sealed record SignedWebhook(Uri Url, IHeaderDictionary Headers, byte[] Body)
{
    /// <summary>The media type of every body.</summary>
    public const string ContentType = "application/json";
}
