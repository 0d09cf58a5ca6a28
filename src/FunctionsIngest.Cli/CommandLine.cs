using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Azure;
using Azure.Identity;
using FunctionsIngest.Cli.Diagnostics;
using FunctionsIngest.Cli.Events;
using FunctionsIngest.Cli.Identities;
using FunctionsIngest.Cli.Poison;
using FunctionsIngest.Cli.Replaying;
using FunctionsIngest.Cli.Secrets;
using FunctionsIngest.Cli.Sending;
using FunctionsIngest.Cli.Verifying;

namespace FunctionsIngest.Cli;

/// <summary>The command <c>ingest</c>.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var result = Create(terminal).Parse(args);
        var configuration = new InvocationConfiguration { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        if (result.Action is ParseErrorAction mistake)
            mistake.ShowHelp = args.Length == 0;
        try
        {
            var exitCode = await result.InvokeAsync(configuration, cancellationToken);
            return result.Action is ParseErrorAction ? ExitCode.Usage : exitCode;
        }
        catch (CommandException exception)
        {
            await terminal.Error.WriteLineAsync(ShownText.Lines(exception.Message));
            return exception.ExitCode;
        }
        catch (InvalidDataException exception)
        {
            await terminal.Error.WriteLineAsync(ShownText.Lines(exception.Message));
            return ExitCode.No;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Stopped;
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException { InnerException: RequestFailedException })
        {
            await terminal.Error.WriteLineAsync(ShownText.Lines($"The storage could not be used: {exception.FirstLine()} {StorageAdvice.For(exception)} 'ingest doctor' says more."));
            return ExitCode.Unreachable;
        }
    }

    private static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("Sends, verifies, inspects and replays webhooks.")
        {
            SendCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            EventsCommand.Create(terminal),
            PoisonCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            SecretsCommand.Create(terminal),
            DoctorCommand.Create(terminal),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new ExampleHelp((HelpAction)help.Action!);
        return root;
    }
}
