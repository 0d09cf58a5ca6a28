using System.Collections;
using Spectre.Console;

namespace FunctionsIngest.Cli;

/// <summary>What a command has of the process that it runs in.</summary>
internal sealed class Terminal
{
    // Without a terminal, tools read the lines, so they are not wrapped.
    private const int WidthWithoutTerminal = 1000;

    private readonly Lazy<IAnsiConsole> _console;
    private readonly Lazy<IAnsiConsole> _messages;

    public Terminal()
    {
        _console = new(() => Create(Output!, IsOutputTerminal));
        _messages = new(() => Create(Error!, IsErrorTerminal));
    }

    /// <summary>Results go here, and nothing else.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Everything else: progress, questions, mistakes.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens the standard input.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens the standard output for bytes; null where <see cref="Output"/> is all there is.</summary>
    public Func<Stream>? OpenOutput { get; init; }

    /// <summary>Whether somebody can answer a question.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>Whether the output is looked at, not redirected.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether messages are looked at, not redirected.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string?> Environment { get; init; }

    /// <summary>The current folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Writes results with colours where there is a terminal and <c>NO_COLOR</c> is not set.</summary>
    public IAnsiConsole Console => _console.Value;

    /// <summary>The same for everything but results.</summary>
    public IAnsiConsole Messages => _messages.Value;

    public static Terminal OfThisProcess() => new()
    {
        Output = System.Console.Out,
        Error = System.Console.Error,
        OpenInput = System.Console.OpenStandardInput,
        OpenOutput = System.Console.OpenStandardOutput,
        IsInteractive = !System.Console.IsInputRedirected && !System.Console.IsErrorRedirected,
        IsOutputTerminal = !System.Console.IsOutputRedirected,
        IsErrorTerminal = !System.Console.IsErrorRedirected,
        Environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(
            variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal),
        Folder = Directory.GetCurrentDirectory(),
    };

    /// <summary>A path as the user means it.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Folder);

    private IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        var hasColours = isTerminal && string.IsNullOrEmpty(Environment.GetValueOrDefault("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = hasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsInteractive ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}
