using System.Globalization;
using System.Text;
using FunctionsIngest.Cli;

namespace FunctionsIngest.Tests.Cli;

/// <summary>One run of <c>ingest</c>, in a folder that is in no repository and with no terminal.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">Its results.</param>
/// <param name="Error">Everything else.</param>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The output's lines.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static Task<CliRun> RunAsync(params string[] args) => RunAsync([], args);

    public static async Task<CliRun> RunAsync(
        Dictionary<string, string?> environment, string[] args, byte[]? input = null, Action<string>? written = null, string? folder = null, CancellationToken cancellationToken = default)
    {
        using var output = new ObservedWriter(written);
        using var error = new StringWriter();
        var terminal = new Terminal
        {
            Output = output,
            Error = error,
            OpenInput = () => new MemoryStream(input ?? []),
            Environment = environment,
            Folder = folder ?? Path.GetTempPath(),
        };
        var exitCode = await CommandLine.RunAsync(args, terminal, cancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    private sealed class ObservedWriter(Action<string>? written) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            written?.Invoke(value ?? "");
        }
    }

    /// <summary>A file of the test's own.</summary>
    public static string NewFile(string content) => NewFile(Encoding.UTF8.GetBytes(content));

    /// <summary>A file of the test's own.</summary>
    public static string NewFile(byte[] content)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("ingest-").FullName, "file");
        File.WriteAllBytes(path, content);
        return path;
    }
}
