using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Outbound;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Signatures;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace FunctionsIngest.Cli.Sending;

/// <summary><c>ingest send</c>.</summary>
internal static class SendCommand
{
    private const int MaxCount = 1_000_000;
    private const int MaxConcurrency = 256;
    private const string LocalHost = "http://localhost:7071";

    private static readonly double[] Shares = [0.5, 0.9, 0.95, 0.99, 1];

    public static Command Create(Terminal terminal)
    {
        var sender = new Argument<string>("source") { Description = "A source of the configuration, or a scheme.", HelpName = "source" };
        sender.CompletionSources.Add(_ => Sender.NamesIn(AppConfiguration.Read(terminal, null)).Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var url = new Option<string?>("--url") { Description = $"Where to. Default: {LocalHost}/webhooks/<source>.", HelpName = "address" };
        var body = new Option<string?>("--body") { Description = $"A file with the body, - for the standard input; {WebhookFactory.IdPlaceholder} in it stands for the webhook's id. Default: a sample of the sender's own.", HelpName = "file" };
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
            "ingest send standard-webhooks --url https://example.com/hook --secret-file whsec.txt --body event.json",
            "ingest send begini --count 2000 --rate 200",
            "ingest send begini --curl")
        {
            sender, url, body, secret, secretFile, id, timestamp, eventType, forge, dryRun, curl, count, rate, concurrency, json, config,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var configuration = AppConfiguration.Read(terminal, result.GetValue(config));
            var found = Sender.Find(result.GetRequiredValue(sender), configuration);
            if (result.GetValue(body) is not null && result.GetValue(eventType) is not null && found.Scheme.Payload.EventTypeHeader is null)
                throw new CommandException($"--event-type changes the sample body, and --body replaces it: write the type into the body ({found.Scheme.Payload.EventType}).");

            var factory = new WebhookFactory(
                found,
                ParseUrl(result.GetValue(url), found),
                SecretInput.Read(terminal, result.GetValue(secret), result.GetValue(secretFile), SecretInput.Configured(found, configuration, toSign: true)),
                found.Options.ClientKey is { Length: > 0 } clientKey ? configuration[ConfigurationSecretReader.KeyOf(clientKey)] : null,
                terminal.Time)
            {
                Body = result.GetValue(body) is { } file ? await InputFile.ReadAsync(terminal, file, cancellationToken) : null,
                Id = result.GetValue(id),
                Timestamp = result.GetValue(timestamp),
                EventType = result.GetValue(eventType),
                Forgery = result.GetValue(forge),
            };
            if (result.GetValue(curl))
                return Write(terminal, RequestText.Curl(factory.Create()));
            if (result.GetValue(dryRun))
                return result.GetValue(json) ? WriteJson(terminal, Describe(factory.Create())) : Write(terminal, RequestText.Http(factory.Create()));

            using var client = new WebhookClient(result.GetValue(concurrency), terminal.Time);
            return result.GetValue(count) == 1
                ? await SendOneAsync(terminal, factory, client, result.GetValue(json), cancellationToken)
                : await SendManyAsync(
                    terminal, new Load(factory, client, terminal.Time), result.GetValue(count), result.GetValue(rate), result.GetValue(concurrency), result.GetValue(json), cancellationToken);
        });
        return command;
    }

    private static async Task<int> SendOneAsync(Terminal terminal, WebhookFactory factory, WebhookClient client, bool json, CancellationToken cancellationToken)
    {
        var webhook = factory.Create();
        var answer = await client.SendAsync(webhook, cancellationToken);
        if (json)
        {
            WriteJson(terminal, new { request = Describe(webhook), answer = new { status = answer.Status, outcome = answer.Outcome, body = answer.Body, milliseconds = Milliseconds(answer.Duration) } });
        }
        else
        {
            Write(terminal, RequestText.Http(webhook));
            terminal.Console.WriteLine();
            var colour = answer.IsSuccess ? "green" : "red";
            terminal.Console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture, $"[{colour} bold]{(answer.IsReached ? answer.Status : "unreachable")}[/] in {Milliseconds(answer.Duration)} ms");
            Write(terminal, answer.Body);
        }

        return answer.IsSuccess ? ExitCode.Ok : answer.IsReached ? ExitCode.No : ExitCode.Unreachable;
    }

    private static async Task<int> SendManyAsync(Terminal terminal, Load load, int count, double? rate, int concurrency, bool json, CancellationToken cancellationToken)
    {
        LoadSummary? summary = null;
        if (terminal.IsErrorTerminal)
        {
            await terminal.Messages.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var task = progress.AddTask("Sending", maxValue: count);
                    summary = await load.RunAsync(count, rate, concurrency, () => task.Increment(1), cancellationToken);
                });
        }
        else
        {
            summary = await load.RunAsync(count, rate, concurrency, () => { }, cancellationToken);
        }

        if (json)
        {
            WriteJson(terminal, new
            {
                sent = summary!.Answers.Count,
                seconds = Math.Round(summary.Duration.TotalSeconds, 3),
                perSecond = Math.Round(summary.Rate, 1),
                concurrency,
                outcomes = summary.Outcomes.ToDictionary(),
                milliseconds = Shares.ToDictionary(NameOf, share => summary.Percentile(share) is { } latency ? Milliseconds(latency) : (double?)null),
            });
        }
        else
        {
            WriteSummary(terminal, summary!);
        }

        return summary!.ExitCode;
    }

    private static void WriteSummary(Terminal terminal, LoadSummary summary)
    {
        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[bold]{summary.Answers.Count:N0}[/] webhooks in {summary.Duration.TotalSeconds:0.0} s: {summary.Rate:N0}/s, {summary.Concurrency} at a time");
        terminal.Console.WriteLine();

        var outcomes = new Table().Border(TableBorder.Rounded).AddColumn("answer").AddColumn(new TableColumn("webhooks").RightAligned());
        foreach (var (outcome, number) in summary.Outcomes)
            outcomes.AddRow(Markup.Escape(outcome), number.ToString("N0", CultureInfo.InvariantCulture));
        terminal.Console.Write(outcomes);

        var latency = new Table().Border(TableBorder.Rounded).AddColumn("latency");
        foreach (var share in Shares)
            latency.AddColumn(new TableColumn(NameOf(share)).RightAligned());
        latency.AddRow([
            "ms", .. Shares.Select(share => summary.Percentile(share) is { } time ? time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) : "-")]);
        terminal.Console.Write(latency);
    }

    private static Uri ParseUrl(string? text, Sender sender)
    {
        if (text is null)
            return new Uri($"{LocalHost}/webhooks/{sender.Source ?? sender.Scheme.Name}");

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw new CommandException($"--url is '{text}', which is no http or https address.");
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

                result.AddError($"--forge is '{text}': give one of {string.Join(", ", names)}.");
                return Forgery.None;
            },
        };
        forge.CompletionSources.Add(names);
        return forge;
    }

    private static object Describe(SignedWebhook webhook) => new
    {
        method = "POST",
        url = webhook.Url,
        headers = RequestText.Headers(webhook).ToDictionary(header => header.Name, header => header.Value),
        body = RequestText.IsText(webhook.Body) ? Encoding.UTF8.GetString(webhook.Body) : null,
        bodyBase64 = RequestText.IsText(webhook.Body) ? null : webhook.Body,
    };

    private static string NameOf(double share) => share == 1 ? "max" : string.Create(CultureInfo.InvariantCulture, $"p{share * 100:0}");

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private static int WriteJson(Terminal terminal, object value) => Write(terminal, JsonSerializer.Serialize(value, Json.Readable));

    // Not through the console: what is to be copied is not wrapped.
    private static int Write(Terminal terminal, string text)
    {
        terminal.Output.WriteLine(text);
        return ExitCode.Ok;
    }
}
