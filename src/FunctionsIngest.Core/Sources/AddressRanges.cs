using System.Net;

namespace FunctionsIngest.Sources;

/// <summary>Addresses and CIDR ranges of a setting.</summary>
/// <param name="ranges">The ranges; an address is a range of one.</param>
internal sealed class AddressRanges(IReadOnlyList<IPNetwork> ranges)
{
    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => ranges.Count == 0;

    /// <summary>Parses a setting.</summary>
    /// <param name="setting">The list's full name.</param>
    /// <param name="texts">Addresses such as 203.0.113.7 and ranges such as 203.0.113.0/24 or 2001:db8::/32.</param>
    /// <param name="errors">Receives a sentence for each text that is neither.</param>
    public static AddressRanges Parse(string setting, IEnumerable<string> texts, ICollection<string> errors)
    {
        var ranges = new List<IPNetwork>();
        foreach (var (index, text) in texts.Index())
        {
            if (IPAddress.TryParse(text, out var address) && Normalise(address) is var single)
                ranges.Add(new IPNetwork(single, single.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(text, out var range))
                ranges.Add(range);
            else
                errors.Add($"{setting}:{index} is '{text}', which is neither an address nor a CIDR range: write it like 203.0.113.7 or 203.0.113.0/24.");
        }

        return new AddressRanges(ranges);
    }

    /// <summary>An IPv4 address that came through an IPv6 socket is an IPv4 address.</summary>
    public static IPAddress Normalise(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

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
}
