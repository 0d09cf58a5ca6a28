using System.CommandLine;

namespace FunctionsIngest.Cli;

/// <summary>A command with examples in its help.</summary>
/// <param name="name">The command's name.</param>
/// <param name="description">What it does.</param>
/// <param name="examples">Lines to copy.</param>
internal sealed class IngestCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Lines to copy.</summary>
    public IReadOnlyList<string> Examples => examples;

    /// <summary>Adds the options that name the storage.</summary>
    public void Add(StorageChoice storage)
    {
        Add(storage.Connection);
        Add(storage.AllowHost);
        Add(storage.Config);
    }
}
