using System.CommandLine;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Diagnosis;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace FunctionsIngest.Cli.Verifying;

/// <summary>
/// <c>ingest verify</c>. Its user is offline and has the secret, so it tells the reason. Over HTTP the app never does.
/// </summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var sender = CommonOptions.Sender(terminal);
        var headers = new Option<string>("--headers")
        {
            Description = "A file with the captured headers: 'Name: value' lines, with or without the request line; what curl -v shows; or a JSON object. UTF-8, or UTF-16 with its mark.",
            HelpName = "file",
            Required = true,
        };
        var body = new Option<string>("--body") { Description = "A file with the captured body, byte for byte; - for the standard input.", HelpName = "file", Required = true };
        var secret = CommonOptions.Secret();
        var secretFile = CommonOptions.SecretFile();
        var at = CommonOptions.Moment("--at", "When the request arrived. Default: now.", terminal);
        var method = new Option<string?>("--method") { Description = "The request's method. Default: that of the captured request line, else POST.", HelpName = "name" };
        var path = new Option<string?>("--path") { Description = "The request's path. Default: that of the captured request line, else /webhooks/<source>.", HelpName = "path" };
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();

        var command = new IngestCommand(
            "verify",
            "Says whether a captured request is genuine, and if not, which step fails and why.",
            "ingest verify begini --headers headers.txt --body body.json",
            "ingest verify stripe --secret-file whsec.txt --headers headers.txt --body body.json --at 2026-08-01T12:00:00Z",
            "INGEST_SECRET=... ingest verify standard-webhooks --headers headers.json --body - --json < body.json")
        {
            sender, headers, body, secret, secretFile, at, method, path, json, config,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var configuration = AppConfiguration.Read(terminal, result.GetValue(config));
            var found = Sender.Find(result.GetRequiredValue(sender), configuration);
            var captured = Parse(await InputFile.ReadAsync(terminal, result.GetRequiredValue(headers), cancellationToken));
            var request = new SignedRequest(
                result.GetValue(method) ?? captured.Method ?? "POST",
                result.GetValue(path) ?? captured.Path ?? found.Path,
                captured.Headers,
                await InputFile.ReadAsync(terminal, result.GetRequiredValue(body), cancellationToken));

            var secrets = SecretInput.Read(terminal, result.GetValue(secret), result.GetValue(secretFile), SecretInput.Configured(found, configuration, toSign: false));
            WarnOfRefusedSecrets(terminal, found, secrets);
            var diagnosis = new Diagnostician(found.Scheme, secrets, OtherSecrets(configuration, secrets), SecretInput.ClientKey(found, configuration)).Diagnose(request, result.GetValue(at) ?? terminal.Time.GetUtcNow());
            var problem = diagnosis.Webhook is { } webhook ? PayloadProblem.Of(webhook, found.Scheme.Payload, found.Options.EventTypes) : null;
            Write(terminal, problem is null ? diagnosis : diagnosis with { Causes = [problem], IsExplained = false }, result.GetValue(json));
            return diagnosis.IsGenuine && problem is null ? ExitCode.Ok : ExitCode.No;
        });
        return command;
    }

    // A request may be genuine by a secret that the app refuses: the app answers it with 503, or does not start.
    private static void WarnOfRefusedSecrets(Terminal terminal, Sender sender, IReadOnlyList<string> secrets)
    {
        var source = new Source { Name = sender.Source ?? sender.Scheme.Name, Scheme = sender.Scheme, SecretNames = [], AllowWeakSecret = sender.Options.AllowWeakSecret };
        foreach (var secret in secrets)
        {
            if (SecretCheck.ReadKeys(source, SecretUse.Role.Key, secret, out _) is { } problem)
                terminal.Messages.WriteLine($"The app refuses this secret: {problem}.");
        }
    }

    private static CapturedRequest Parse(byte[] headers)
    {
        try
        {
            return CapturedRequest.Parse(headers);
        }
        catch (FormatException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static Dictionary<string, string> OtherSecrets(IConfiguration configuration, IReadOnlyList<string> secrets)
        => configuration.GetSection(ConfigurationSecretReader.Section).AsEnumerable(makePathsRelative: true)
            .Where(other => !string.IsNullOrWhiteSpace(other.Value) && !secrets.Contains(other.Value))
            .ToDictionary(other => other.Key, other => other.Value!, StringComparer.OrdinalIgnoreCase);

    private static void Write(Terminal terminal, RequestDiagnosis diagnosis, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(Json.Write(
                new { genuine = diagnosis.IsGenuine, result = diagnosis.Result.ToString(), sentence = diagnosis.Result.Sentence(), causes = diagnosis.Causes, explained = diagnosis.IsExplained },
                Json.Readable));
            return;
        }

        terminal.Console.MarkupLine(diagnosis.IsGenuine ? "[green bold]Genuine[/]" : $"[red bold]Not genuine[/]: {diagnosis.Result}");
        terminal.Console.WriteLine(diagnosis.Result.Sentence());
        if (diagnosis.Causes.Count == 0)
            return;

        terminal.Console.WriteLine();
        foreach (var cause in diagnosis.Causes)
            terminal.Console.MarkupLineInterpolated($"[yellow]-[/] {ShownText.Line(cause)}");
        if (diagnosis.IsExplained)
            terminal.Console.WriteLine(diagnosis.Causes.Count == 1 ? "With this undone, the request verifies." : "With all of this undone, the request verifies.");
    }
}
