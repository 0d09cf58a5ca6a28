using System.CommandLine;
using Spectre.Console;

namespace FunctionsIngest.Cli.Diagnostics;

/// <summary><c>ingest doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var url = new Option<string>("--url") { Description = "The app's address.", HelpName = "address", DefaultValueFactory = _ => AppAddress.LocalHost };
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand(
            "doctor", "Checks configuration, secrets, storage, queue, clock and app, and says what to do.", "ingest doctor", "ingest doctor --url https://example.azurewebsites.net --config settings.json --json")
        {
            url, json, storage,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var app = AppAddress.Parse(result.GetValue(url));
            var doctor = new Doctor(terminal, storage.Read(terminal, result), storage.Target(result), app);
            var worst = ExitCode.Ok;
            await foreach (var check in doctor.ExamineAsync(cancellationToken))
            {
                worst = Math.Max(worst, check.ExitCode);
                if (result.GetValue(json))
                    await terminal.Output.WriteLineAsync(Json.Write(new { check = check.Name, ok = check.Advice is null, finding = check.Finding, advice = check.Advice }, Json.Line));
                else
                    Write(terminal, check);
            }

            return worst;
        });
        return command;
    }

    private static void Write(Terminal terminal, Check check)
    {
        var (colour, word) = check.Advice is null ? ("green", "ok") : ("red", "no");
        terminal.Console.MarkupLineInterpolated($"[{colour}]{word,-3}[/] {check.Name,-14} {ShownText.Line(check.Finding)}");
        foreach (var line in check.Advice?.Split('\n') ?? [])
            terminal.Console.MarkupLineInterpolated($"                   [yellow]{ShownText.Line(line.TrimEnd())}[/]");
    }
}
