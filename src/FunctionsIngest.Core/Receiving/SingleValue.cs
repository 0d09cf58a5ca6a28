using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Receiving;

/// <summary>A header that may have one value only.</summary>
internal static class SingleValue
{
    /// <summary>
    /// Finds the value. A header may come repeated, and proxies join repeated headers by commas. Equal values are one;
    /// of different ones, nothing tells which the caller wrote.
    /// </summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="name">The header, whose values contain no comma.</param>
    /// <param name="value">The value, trimmed and not empty.</param>
    public static bool TryFind(IHeaderDictionary headers, string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        foreach (var line in headers[name])
        {
            foreach (var part in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (part.Length == 0 || (value is not null && part != value))
                {
                    value = null;
                    return false;
                }

                value = part;
            }
        }

        return value is not null;
    }
}
