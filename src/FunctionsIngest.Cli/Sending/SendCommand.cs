using System.CommandLine;
using System.Globalization;
using FunctionsIngest.Senders.Catalogue;
using Spectre.Console;

namespace FunctionsIngest.Cli.Sending;

/// <summary><c>ingest send</c>.</summary>
internal static class SendCommand
{
    private const int MaxCount = 1_000_000;
    private const int MaxConcurrency = 256;

    public static Command Create(Terminal terminal)
    {
        var sender = CommonOptions.Sender(terminal);
        var to = new Option<string?>("--url") { Description = $"Where to. Default: {AppAddress.LocalHost}/webhooks/<source>; an address without a path gets this one.", HelpName = "address" };
        var body = new Option<string?>("--body") { Description = $"A file with the body, - for the standard input; {WebhookFactory.IdPlaceholder} in it becomes the webhook's id. Default: a sample of the sender's own.", HelpName = "file" };
        var secret = CommonOptions.Secret();
        var secretFile = CommonOptions.SecretFile();
        var id = new Option<string?>("--id") { Description = "The webhook's id. Default: a new one for each.", HelpName = "text" };
        var timestamp = CommonOptions.Moment("--timestamp", "The signed time: an age like 10m, seconds since 1970, or a date. Default: now.", terminal);
        var eventType = new Option<string?>("--event-type") { Description = "The event's type, in the sample body or in the sender's header.", HelpName = "text" };
        var forge = Forge();
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the request and send nothing." };
        var curl = new Option<bool>("--curl") { Description = "Write a line that sends it with curl, and send nothing." };
        var count = CommonOptions.Number("--count", "How many to send.", 1, MaxCount, 1);
        var concurrency = CommonOptions.Number("--concurrency", "How many at a time.", 1, MaxConcurrency, 16);
        var rate = Rate();
        var json = CommonOptions.Json();
        var config = CommonOptions.Config();

        var command = new IngestCommand(
            "send",
            "Signs a webhook as its sender does, and sends it.",
            "ingest send begini",
            "ingest send aghanim --forge signature",
            "ingest send standard-webhooks --url https://example.azurewebsites.net --secret-file whsec.txt --body event.json",
            "ingest send begini --count 2000 --rate 200",
            "ingest send begini --curl")
        {
            sender, to, body, secret, secretFile, id, timestamp, eventType, forge, dryRun, curl, count, rate, concurrency, json, config,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var configuration = AppConfiguration.Read(terminal, result.GetValue(config));
            var found = Sender.Find(result.GetRequiredValue(sender), configuration);
            if (result.GetValue(body) is not null && result.GetValue(eventType) is not null && found.Scheme.Payload.EventTypeHeader is null)
                throw new CommandException($"--event-type changes the sample body, and --body replaces it: write the type into the body ({found.Scheme.Payload.EventType}).");

            if (result.GetValue(eventType) is { } type && type.Any(character => character is < ' ' or > '~'))
                throw new CommandException($"--event-type is '{ShownText.Line(type)}': give printable ASCII, as the types of senders are. For another one write the body yourself, and give it with --body.");

            var url = AppAddress.ParseSource(result.GetValue(to), found.Path);
            var secretText = SecretInput.Read(terminal, result.GetValue(secret), result.GetValue(secretFile), SecretInput.Configured(found, configuration, toSign: true))[0];
            var secrets = SecretHeaders.Of(found.Scheme, SecretInput.IsDevelopmentKey(found, configuration, secretText));
            var factory = new WebhookFactory(found, url, secretText, SecretInput.ClientKey(found, configuration), terminal.Time)
            {
                Body = result.GetValue(body) is { } file ? await InputFile.ReadAsync(terminal, file, cancellationToken) : null,
                Id = result.GetValue(id),
                Timestamp = result.GetValue(timestamp),
                EventType = result.GetValue(eventType),
                Forgery = result.GetValue(forge),
            };
            var report = new SendReport(terminal, secrets, result.GetValue(json));
            if (result.GetValue(curl))
            {
                report.WriteCurl(factory.Create());
                return ExitCode.Ok;
            }

            if (result.GetValue(dryRun))
            {
                report.WriteRequest(factory.Create());
                return ExitCode.Ok;
            }

            if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback && secrets.In(factory.Create()) is [var header, ..])
                throw new CommandException($"{header} carries a secret, and --url is '{url}', where everybody on the way can read it: give an https address.");

            using var client = new WebhookClient(result.GetValue(concurrency), terminal.Time);
            if (result.GetValue(count) == 1)
                return await SendOneAsync(factory, client, report, cancellationToken);

            var load = new Load(factory, client, terminal.Time);
            var summary = await SendManyAsync(terminal, load, result.GetValue(count), result.GetValue(rate), result.GetValue(concurrency), cancellationToken);
            report.WriteSummary(summary);
            return summary.ExitCode;
        });
        return command;
    }

    private static async Task<int> SendOneAsync(WebhookFactory factory, WebhookClient client, SendReport report, CancellationToken cancellationToken)
    {
        var webhook = factory.Create();
        var answer = await client.SendAsync(webhook, cancellationToken);
        report.WriteAnswer(webhook, answer);
        return answer.IsSuccess ? ExitCode.Ok : answer.IsReached ? ExitCode.No : ExitCode.Unreachable;
    }

    private static async Task<LoadSummary> SendManyAsync(Terminal terminal, Load load, int count, double? rate, int concurrency, CancellationToken cancellationToken)
    {
        if (!terminal.IsErrorTerminal)
            return await load.RunAsync(count, rate, concurrency, () => { }, cancellationToken);

        return await terminal.Messages.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask("Sending", maxValue: count);
                return await load.RunAsync(count, rate, concurrency, () => task.Increment(1), cancellationToken);
            });
    }

    private static Option<double?> Rate() => new("--rate")
    {
        Description = "The most a second. Default: as fast as the answers come.",
        HelpName = "number",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= MaxCount)
                return rate;

            result.AddError($"--rate is '{text}': give a number of webhooks a second, more than 0.");
            return null;
        },
    };

    private static Option<Forgery> Forge()
    {
        string[] names = ["body", "signature", "time"];
        var forge = new Option<Forgery>("--forge")
        {
            Description = "Make it wrong: the body changed after it was signed, the signature changed, or the signed time too old.",
            HelpName = string.Join('|', names),
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (Array.IndexOf(names, text) is var index and >= 0)
                    return Forgery.Body + index;

                result.AddError($"--forge is '{text}': give one of {string.Join(", ", names)}.{NearestName.Question(text, names)}");
                return Forgery.None;
            },
        };
        forge.CompletionSources.Add(names);
        return forge;
    }
}
