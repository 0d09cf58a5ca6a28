using System.Globalization;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What is wrong with a webhook's id.</summary>
internal static class IdCause
{
    /// <summary>Names the character that a scheme does not take in an id, or the length.</summary>
    /// <param name="content">What the scheme signs.</param>
    /// <param name="id">The id, not empty.</param>
    /// <returns>A sentence; null if the scheme takes the id.</returns>
    public static string? Of(ContentTemplate content, string id)
    {
        var at = id.Select(character => IsTaken(content, character)).ToList().IndexOf(false);
        if (at < 0)
            return content.Accepts(id) ? null : string.Create(CultureInfo.InvariantCulture, $"The webhook's id has {id.Length} characters, more than the scheme takes.");

        var character = id[at];
        var name = character is > ' ' and <= '~' ? $"'{character}'" : string.Create(CultureInfo.InvariantCulture, $"U+{(int)character:X4}");
        var reason = character switch
        {
            ',' => "A server joins repeated headers with it, so the app cannot tell one id from two.",
            > ' ' and <= '~' => $"It is what ends the id in the signed content, {content}: two webhooks could share one signature.",
            _ => "An id is printable ASCII without spaces.",
        };
        return string.Create(CultureInfo.InvariantCulture, $"The webhook's id has the character {name} at position {at + 1}. {reason} The sender must use another id.");
    }

    /// <summary>The id without what the scheme does not take.</summary>
    public static string Mend(ContentTemplate content, string id)
    {
        var taken = string.Concat(id.Where(character => IsTaken(content, character)));
        return content.Accepts(taken) ? taken : "id";
    }

    private static bool IsTaken(ContentTemplate content, char character) => character != ',' && content.Accepts([character]);
}
