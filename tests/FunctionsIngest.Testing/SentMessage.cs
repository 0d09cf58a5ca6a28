using System.Xml.Linq;
using Microsoft.AspNetCore.WebUtilities;

namespace FunctionsIngest.Testing;

/// <summary>
/// A message on its way to a queue, as it was seen on the wire: a test that has it need not wait until it is visible.
/// </summary>
/// <param name="Queue">The queue's name.</param>
/// <param name="Delay">How long it is to stay invisible, in seconds.</param>
/// <param name="TimeToLive">When it is to expire, in seconds; -1: never.</param>
/// <param name="Body">The message.</param>
internal sealed record SentMessage(string Queue, int Delay, string TimeToLive, BinaryData Body)
{
    /// <summary>Reads a call; null if it does not send a message.</summary>
    public static SentMessage? From(StorageCall call)
    {
        if (call is not { Service: StorageService.Queue, Method: "POST" } || !call.Path.EndsWith("/messages", StringComparison.Ordinal))
            return null;

        var query = QueryHelpers.ParseQuery(call.Query);
        return new SentMessage(
            call.Path.Split('/')[1],
            query.TryGetValue("visibilitytimeout", out var delay) ? int.Parse(delay.ToString(), System.Globalization.CultureInfo.InvariantCulture) : 0,
            query["messagettl"].ToString(),
            BinaryData.FromString(XDocument.Load(call.Body.ToStream()).Root!.Element("MessageText")!.Value));
    }
}
