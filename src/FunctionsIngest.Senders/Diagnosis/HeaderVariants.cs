using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Where a value that belongs in one header may be.</summary>
internal static class HeaderVariants
{
    /// <summary>
    /// The header's values; each of them if they differ, and those of all other headers if it is missing.
    /// </summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="name">The header.</param>
    /// <param name="what">What it carries, in a word.</param>
    /// <param name="isSingle">Whether a comma in it joins repeated headers.</param>
    public static IEnumerable<Variant<string>> Of(IHeaderDictionary headers, string name, string what, bool isSingle)
    {
        var values = Values(headers, name, isSingle);
        if (values.Count == 1)
            return [new(values[0])];

        return values.Count > 1
            ? values.Select((value, index) => new Variant<string>(
                value, $"The header {name} has {values.Count} different values, and number {index + 1} is the genuine one: something on the way adds a header, or joins two requests' headers."))
            : from header in headers
              where !string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)
              from value in Values(headers, header.Key, isSingle)
              select new Variant<string>(value, $"The {what} is in the header {header.Key}, and the scheme reads it from {name}.");
    }

    private static List<string> Values(IHeaderDictionary headers, string name, bool isSingle)
        => [.. headers[name]
            .SelectMany(value => isSingle ? value!.Split(',', StringSplitOptions.TrimEntries) : [value!])
            .Where(value => value.Length > 0)
            .Distinct(StringComparer.Ordinal)];
}
