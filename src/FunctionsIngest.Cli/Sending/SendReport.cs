using System.Globalization;
using System.Text;
using FunctionsIngest.Outbound;
using FunctionsIngest.Senders.Signatures;
using Spectre.Console;

namespace FunctionsIngest.Cli.Sending;

/// <summary>What <c>ingest send</c> writes about requests and their answers.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="secrets">What is not shown.</param>
/// <param name="json">Whether as JSON.</param>
internal sealed class SendReport(Terminal terminal, SecretHeaders secrets, bool json)
{
    private static readonly double[] Shares = [0.5, 0.9, 0.95, 0.99, 1];

    /// <summary>Writes a request that is not sent.</summary>
    public void WriteRequest(SignedWebhook webhook)
    {
        if (json)
            WriteJson(Describe(webhook));
        else
            WriteText(RequestText.Http(secrets.Redact(webhook)));
    }

    /// <summary>Writes a request as a line for a shell.</summary>
    public void WriteCurl(SignedWebhook webhook)
    {
        WriteText(RequestText.Curl(secrets.Redact(webhook)));
        foreach (var name in secrets.In(webhook))
            terminal.Error.WriteLine($"{name} carries a secret, which is not shown: put it in place of {SecretHeaders.Redacted}, or leave --curl out.");
    }

    /// <summary>Writes a request and what came back.</summary>
    public void WriteAnswer(SignedWebhook webhook, WebhookAnswer answer)
    {
        if (json)
        {
            WriteJson(new { request = Describe(webhook), answer = new { status = answer.Status, outcome = answer.Outcome, body = answer.Body, milliseconds = Milliseconds(answer.Duration), remark = answer.Remark } });
            return;
        }

        WriteText(RequestText.Http(secrets.Redact(webhook)));
        terminal.Console.WriteLine();
        var colour = answer.IsIgnored ? "yellow" : answer.IsSuccess ? "green" : "red";
        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[{colour} bold]{(answer.IsReached ? answer.Status : "unreachable")}[/] in {Milliseconds(answer.Duration)} ms");
        WriteText(ShownText.Lines(answer.Body));
        if (Encoding.UTF8.GetByteCount(answer.Body) >= AnswerBeginning.MaxBytes)
            terminal.Error.WriteLine($"The answer may be longer: no more than {AnswerBeginning.MaxBytes} bytes of it are read.");
        if (answer.Remark is not null)
            terminal.Error.WriteLine(answer.Remark);
    }

    /// <summary>Writes what came of a load.</summary>
    public void WriteSummary(LoadSummary summary)
    {
        if (json)
        {
            WriteJson(new
            {
                sent = summary.Answers.Count,
                seconds = Math.Round(summary.Duration.TotalSeconds, 3),
                perSecond = Math.Round(summary.Rate, 1),
                concurrency = summary.Concurrency,
                outcomes = summary.Outcomes.ToDictionary(),
                milliseconds = Shares.ToDictionary(NameOf, share => summary.Percentile(share) is { } latency ? Milliseconds(latency) : (double?)null),
            });
            return;
        }

        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[bold]{summary.Answers.Count:N0}[/] webhooks in {summary.Duration.TotalSeconds:0.0} s: {summary.Rate:N0}/s, {summary.Concurrency} at a time");
        terminal.Console.WriteLine();

        var outcomes = new Table().Border(TableBorder.Rounded).AddColumn("answer").AddColumn(new TableColumn("webhooks").RightAligned());
        foreach (var (outcome, number) in summary.Outcomes)
            outcomes.AddRow(Markup.Escape(ShownText.Line(outcome)), number.ToString("N0", CultureInfo.InvariantCulture));
        terminal.Console.Write(outcomes);

        var latency = new Table().Border(TableBorder.Rounded).AddColumn("latency");
        foreach (var share in Shares)
            latency.AddColumn(new TableColumn(NameOf(share)).RightAligned());
        latency.AddRow([
            "ms", .. Shares.Select(share => summary.Percentile(share) is { } time ? time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) : "-")]);
        terminal.Console.Write(latency);
        foreach (var remark in summary.Answers.Select(answer => answer.Remark).OfType<string>().Distinct(StringComparer.Ordinal))
            terminal.Error.WriteLine(remark);
    }

    private object Describe(SignedWebhook webhook) => new
    {
        method = "POST",
        url = webhook.Url,
        headers = RequestText.Headers(secrets.Redact(webhook)).ToDictionary(header => header.Name, header => header.Value),
        body = RequestText.IsCopyable(webhook.Body) ? Encoding.UTF8.GetString(webhook.Body) : null,
        bodyBase64 = RequestText.IsCopyable(webhook.Body) ? null : webhook.Body,
    };

    private static string NameOf(double share) => share == 1 ? "max" : string.Create(CultureInfo.InvariantCulture, $"p{share * 100:0}");

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private void WriteJson(object value) => WriteText(Json.Write(value, Json.Readable));

    // Not through the console: what is to be copied is not wrapped.
    private void WriteText(string text) => terminal.Output.WriteLine(text);
}
