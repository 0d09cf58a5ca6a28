using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace FunctionsIngest.Cli;

/// <summary>The usual help, with the command's examples and the exit codes below it.</summary>
internal sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitCodes = "Exit codes:\n  0  done, or yes\n  1  no: refused, not genuine, not found, not well\n  2  the command line or the configuration is wrong\n  3  the address or the storage could not be reached\n";

    public override bool ClearsParseErrors => usual.ClearsParseErrors;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is IngestCommand { Examples: [_, ..] examples })
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
                output.WriteLine($"  {example}");
            output.WriteLine();
        }

        output.WriteLine(ExitCodes);
        return ExitCode.Ok;
    }
}
