using System.Globalization;
using System.Net;

namespace FunctionsIngest.Sources;

/// <summary>Addresses and CIDR ranges of a setting.</summary>
/// <param name="ranges">The ranges; an address is a range of one.</param>
internal sealed class AddressRanges(IReadOnlyList<IPNetwork> ranges)
{
    private const int MappedPrefix = 96;

    // Source: the special-purpose address registries of IANA (RFC 6890 and its updates): what no packet comes from.
    // IPv4-mapped addresses are un-mapped before they are compared; ::/96 holds the deprecated IPv4-compatible ones.
    private static readonly IPNetwork[] Senderless =
        [.. new[] { "0.0.0.0/8", "224.0.0.0/3", "::/96", "ff00::/8" }.Select(IPNetwork.Parse)];

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => ranges.Count == 0;

    /// <summary>Parses a setting.</summary>
    /// <param name="setting">The list's full name.</param>
    /// <param name="texts">Addresses such as 203.0.113.7 and ranges such as 203.0.113.0/24 or 2001:db8::/32.</param>
    /// <param name="errors">
    /// Receives a sentence for each text that is neither, and for each that no caller could ever match.
    /// </param>
    public static AddressRanges Parse(string setting, IEnumerable<string> texts, ICollection<string> errors)
    {
        var parsed = new List<IPNetwork>();
        foreach (var (index, text) in texts.Index())
        {
            if (Check(text, out var range) is { } problem)
                errors.Add($"{setting}:{index} is '{text}', {problem}.");
            else
                parsed.Add(range);
        }

        return new AddressRanges(parsed);
    }

    /// <summary>Whether a normalised address is in one of the ranges.</summary>
    public bool Contains(IPAddress address)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return true;
        }

        return false;
    }

    /// <returns>What is wrong with the text, and what to write instead; null if nothing is.</returns>
    private static string? Check(string text, out IPNetwork range)
    {
        range = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (text.Contains('%', StringComparison.Ordinal))
            return "which names a zone, and a zone means something on one machine only: write the address without it, such as fe80::1";
        if (!AddressText.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
            return "which is neither an address in full nor a CIDR range: write it like 203.0.113.7 or 203.0.113.0/24";

        var most = address.GetAddressBytes().Length * 8;
        var length = most;
        if (slash >= 0 && !TryParseLength(text.AsSpan(slash + 1), most, out length))
            return $"whose length is not a number from 0 to {most}: write it like {address}/{most}, or like 203.0.113.0/24";
        if (address.IsIPv4MappedToIPv6)
        {
            if (length < MappedPrefix)
                return $"which is more than all IPv4-mapped addresses (/{MappedPrefix}): write an IPv4 range, such as 203.0.113.0/24";
            (address, length) = (address.MapToIPv4(), length - MappedPrefix);
        }

        var network = NetworkOf(address, length);
        if (!network.Equals(address))
            return $"which has bits set behind its first {length}: write {network}/{length} for the range, or {address} for the one address";

        range = new IPNetwork(address, length);
        return CanSend(range) ? null : "which no sender has as its address: write the address that the sender's document gives, such as 203.0.113.7";
    }

    private static bool TryParseLength(ReadOnlySpan<char> text, int most, out int length)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= most && (text.Length == 1 || text[0] != '0');

    private static IPAddress NetworkOf(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(length - (i * 8), 0, 8));
        return new IPAddress(bytes);
    }

    private static bool CanSend(IPNetwork range)
        => range.BaseAddress.Equals(IPAddress.IPv6Loopback)
            || !Array.Exists(Senderless, none => none.PrefixLength <= range.PrefixLength && none.Contains(range.BaseAddress));
}
