using System.Text.RegularExpressions;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// PEM (RFC 7468) in the text of a secret, whose newlines may have been lost on the way through a setting.
/// </summary>
internal static partial class PemText
{
    /// <summary>What a block begins with.</summary>
    public const string Begin = "-----BEGIN ";

    private const string End = "-----END ";

    /// <summary>Whether the text is meant as PEM, or is a piece of it.</summary>
    public static bool IsIn(string text) => text.Contains(Begin, StringComparison.OrdinalIgnoreCase) || text.Contains(End, StringComparison.OrdinalIgnoreCase);

    /// <summary>Turns newlines that were written as the two characters <c>\n</c> into newlines.</summary>
    public static string Repair(string text)
        => text.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

    /// <summary>A whole block, from its first line to its last.</summary>
    [GeneratedRegex("-----BEGIN (?<label>[A-Z0-9 ]+)-----.*?-----END \\k<label>-----", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    public static partial Regex Block();
}
