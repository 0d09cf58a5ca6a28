using System.Globalization;

namespace FunctionsIngest.Chaos;

/// <summary>The table at the end of a run, and what must not have happened.</summary>
internal sealed class Report(string title)
{
    private const int MaxViolationsShown = 20;

    private readonly List<(string What, string Value)?> _lines = [];
    private readonly List<string> _violations = [];

    /// <summary>Whether everything holds.</summary>
    public bool Holds => _violations.Count == 0;

    /// <summary>Adds a line.</summary>
    public void Add(string what, long value) => Add(what, value.ToString("N0", CultureInfo.InvariantCulture));

    /// <summary>Adds a line.</summary>
    public void Add(string what, string value) => _lines.Add((what, value));

    /// <summary>Adds a line for each of several counts.</summary>
    public void Add(string what, IEnumerable<KeyValuePair<string, int>> counts)
    {
        foreach (var (name, count) in counts.OrderBy(count => count.Key, StringComparer.Ordinal))
            Add($"{what}: {name}", count);
    }

    /// <summary>Adds a rule across the table.</summary>
    public void AddRule() => _lines.Add(null);

    /// <summary>Adds a count that must be zero.</summary>
    public void MustBeZero(string what, IReadOnlyCollection<string> violations)
    {
        Add(what, violations.Count);
        _violations.AddRange(violations.Select(violation => $"{what}: {violation}"));
    }

    /// <summary>Writes the table, and whatever must not have happened below it.</summary>
    public void Write(TextWriter output)
    {
        var width = _lines.Max(line => line?.What.Length ?? 0);
        var valueWidth = _lines.Max(line => line?.Value.Length ?? 0);
        var rule = $"+-{new string('-', width)}-+-{new string('-', valueWidth)}-+";
        output.WriteLine(title);
        output.WriteLine(rule);
        foreach (var line in _lines)
            output.WriteLine(line is { } cells ? $"| {cells.What.PadRight(width)} | {cells.Value.PadLeft(valueWidth)} |" : rule);
        output.WriteLine(rule);
        foreach (var violation in _violations.Take(MaxViolationsShown))
            output.WriteLine(violation);
        if (_violations.Count > MaxViolationsShown)
            output.WriteLine($"and {_violations.Count - MaxViolationsShown} more");
        output.WriteLine(Holds ? "Everything holds." : $"{_violations.Count} things do not hold.");
    }
}
