using FunctionsIngest.Ingestion;
using FunctionsIngest.Replay;

namespace FunctionsIngest.Signatures;

/// <summary>The part of the replay key's rule that holds for every scheme.</summary>
internal static class ReplayKeys
{
    /// <summary>The key of the source's own pointers; null where it sets none or none of them leads to a value, so that the scheme's rule holds.</summary>
    public static ReplayKey? OfPointers(string source, PayloadFacts payload)
    {
        if (payload.ReplayValues.All(value => value is null))
            return null;

        using var key = ReplayKey.For(source, "pointers");
        foreach (var value in payload.ReplayValues)
        {
            // An absent value differs from an empty one.
            key.Add(value is null ? "" : "=" + value);
        }

        return key.Build();
    }
}
