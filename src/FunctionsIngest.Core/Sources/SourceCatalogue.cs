using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace FunctionsIngest.Sources;

/// <summary>All configured sources by name, fixed at start-up.</summary>
internal sealed class SourceCatalogue(IEnumerable<Source> sources)
{
    private readonly FrozenDictionary<string, Source> _sources = sources.ToFrozenDictionary(source => source.Name, StringComparer.Ordinal);

    /// <summary>Every source.</summary>
    public IReadOnlyList<Source> All => _sources.Values;

    /// <summary>Finds a source by its name, which is case-sensitive as paths are.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out Source? source) => _sources.TryGetValue(name, out source);
}
