using System.Globalization;
using System.Net;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FunctionsIngest.Configuration;
using FunctionsIngest.Poison;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Diagnosis;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Cli.Diagnostics;

/// <summary>Looks at everything that a webhook needs.</summary>
/// <param name="terminal">Where the command runs.</param>
/// <param name="configuration">The settings.</param>
/// <param name="connection">The option <c>--storage</c>.</param>
/// <param name="app">The app's address.</param>
internal sealed class Doctor(Terminal terminal, IConfiguration configuration, string? connection, Uri app)
{
    private const int ManyPoisoned = 1000;

    // A webhook's tolerance is five minutes with most senders; a clock that is off by half a minute is on its way there.
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostWaiting = TimeSpan.FromMinutes(1);

    /// <summary>Looks.</summary>
    public async IAsyncEnumerable<Check> ExamineAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return CheckConfiguration();
        yield return await CheckSecretsAsync(cancellationToken);
        if (TryOpen(out var storage) is { } wrong)
        {
            yield return wrong;
        }
        else
        {
            foreach (var examine in new Func<AppStorage, CancellationToken, Task<Check>>[] { CheckTableAsync, CheckQueueAsync, CheckPoisonQueueAsync, CheckBlobsAsync, CheckClockAsync })
            {
                var check = await TryAsync(examine, storage!, cancellationToken);
                yield return check;
                if (check.ExitCode == ExitCode.Unreachable)
                    break;
            }
        }

        yield return await CheckAppAsync(cancellationToken);
    }

    private Check CheckConfiguration()
    {
        var sources = AppConfiguration.SourcesOf(configuration).Sources;
        var mistakes = MistakesIn(configuration);
        return mistakes.Count > 0
            ? new Check("configuration", ExitCode.Usage, $"{mistakes.Count} to mend", string.Join(Environment.NewLine, mistakes))
            : Check.Well("configuration", $"{sources.Count} sources: {string.Join(", ", sources.Keys.Order(StringComparer.Ordinal))}");
    }

    /// <summary>What the app itself would say at its start, but for the storage, which this command may have been told otherwise.</summary>
    private static List<string> MistakesIn(IConfiguration configuration)
    {
        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration).BuildServiceProvider();
        return [.. SettingsMistakes.Find(services).Where(mistake => mistake.OptionsType != typeof(StorageOptions)).SelectMany(mistake => mistake.Failures)];
    }

    private async Task<Check> CheckSecretsAsync(CancellationToken cancellationToken)
    {
        const string Name = "secrets";
        if (configuration[KeyVaultOptions.UriKey] is not { Length: > 0 } vault)
            return Check.Well(Name, "read from the configuration");

        var names = AppConfiguration.SourcesOf(configuration).Sources.Values.SelectMany(source => source.Secrets).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var settings = new SecretClientOptions { Retry = { MaxRetries = 1, NetworkTimeout = Patience } };
        try
        {
            var client = new SecretClient(new Uri(vault), Credentials.For(configuration["KeyVault:ClientId"]), settings);
            var reader = new KeyVaultSecretReader(client, Options.Create(new KeyVaultOptions()), terminal.Time);
            foreach (var name in names)
            {
                if ((await reader.ReadAsync(name, cancellationToken)).Count == 0)
                    return new Check(Name, ExitCode.No, $"{reader.Describe(name)} has no value in force", $"Set it: az keyvault secret set --vault-name <name> --name {name} --file <file>");
            }

            return Check.Well(Name, $"{names.Count} read from {vault}");
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or UriFormatException or AggregateException)
        {
            return new Check(Name, ExitCode.Unreachable, $"{vault} cannot be read: {FirstLine(exception)}", "Sign in with 'az login' as somebody with the role Key Vault Secrets User, and see whether the vault lets this network in.");
        }
    }

    private Check? TryOpen(out AppStorage? storage)
    {
        storage = null;
        try
        {
            storage = AppStorage.Open(terminal, AppConfiguration.StorageOf(configuration, connection));
            return null;
        }
        catch (CommandException exception)
        {
            return new Check("storage", ExitCode.Usage, "no usable connection", exception.Message);
        }
    }

    private static async Task<Check> CheckTableAsync(AppStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in storage.Clients.Rows.QueryAsync<Azure.Data.Tables.TableEntity>(maxPerPage: 1, cancellationToken: cancellationToken).AsPages())
                break;
            return Check.Well("table", $"'{StorageClients.TableName}' answers");
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return Check.Well("table", $"'{StorageClients.TableName}' is not there yet; the first webhook makes it");
        }
    }

    private async Task<Check> CheckQueueAsync(AppStorage storage, CancellationToken cancellationToken)
    {
        var queue = storage.Clients.Events;
        if (await CountAsync(queue, cancellationToken) is not { } count)
            return Check.Well("queue", $"'{queue.Name}' is not there yet; the first webhook makes it");
        if (count == 0)
            return Check.Well("queue", $"'{queue.Name}' is empty");

        var oldest = (await queue.PeekMessagesAsync(1, cancellationToken)).Value is [{ InsertedOn: { } insertedOn }] ? terminal.Time.GetUtcNow() - insertedOn : (TimeSpan?)null;
        var finding = $"'{queue.Name}' holds {count.ToString("N0", CultureInfo.InvariantCulture)} message{(count == 1 ? "" : "s")}{(oldest is null ? ", none due" : $", the next one sent {TimeSpanText.Describe(oldest.Value)} ago")}";
        return oldest > MostWaiting
            ? new Check("queue", ExitCode.No, finding, "Messages that are due wait for a processor: see whether the app runs and its queue trigger is enabled, and whether handlers are slow or fail.")
            : Check.Well("queue", finding);
    }

    private static async Task<Check> CheckPoisonQueueAsync(AppStorage storage, CancellationToken cancellationToken)
    {
        var waiting = await CountAsync(storage.Clients.PoisonQueue, cancellationToken) ?? 0;
        if (waiting > 0)
            return new Check("poison", ExitCode.No, $"'{storage.Clients.PoisonQueue.Name}' holds {waiting} message{(waiting == 1 ? "" : "s")}", "The app moves them to Blob storage, at the latest within an hour; if they stay, it does not run.");

        var kept = 0;
        await foreach (var _ in new PoisonSelection(null, null).ReadAsync(storage.Poison, cancellationToken))
        {
            if (++kept >= ManyPoisoned)
                break;
        }

        return kept == 0
            ? Check.Well("poison", "nothing has been given up")
            : new Check("poison", ExitCode.No, $"{kept}{(kept == ManyPoisoned ? " or more" : "")} given up", "'ingest poison list' says why; once that is mended, 'ingest poison redrive --all'.");
    }

    private static async Task<Check> CheckBlobsAsync(AppStorage storage, CancellationToken cancellationToken)
    {
        var isThere = await storage.Clients.Archive.ExistsAsync(cancellationToken);
        return Check.Well("blobs", isThere ? $"'{StorageClients.ArchiveContainer}' answers" : $"'{StorageClients.ArchiveContainer}' is not there yet; the first event makes it");
    }

    private async Task<Check> CheckClockAsync(AppStorage storage, CancellationToken cancellationToken)
    {
        var response = (await storage.Clients.Payloads.ExistsAsync(cancellationToken)).GetRawResponse();
        if (response.Headers.Date is not { } theirs)
            return Check.Well("clock", "the storage does not say what time it is");

        var skew = terminal.Time.GetUtcNow() - theirs;
        return skew.Duration() <= MostSkew
            ? Check.Well("clock", "agrees with the storage's")
            : new Check("clock", ExitCode.No, $"{TimeSpanText.Describe(skew)} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the storage's", "Set this machine's clock, or turn its time synchronisation on: webhooks with a timestamp are refused by a wrong one.");
    }

    private async Task<Check> CheckAppAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Patience };
        var ready = new Uri(app, "/health/ready");
        try
        {
            using var response = await http.GetAsync(ready, cancellationToken);
            var body = (await response.Content.ReadAsStringAsync(cancellationToken)).ReplaceLineEndings(" ");
            return response.StatusCode switch
            {
                HttpStatusCode.OK => Check.Well("app", $"{app.GetLeftPart(UriPartial.Authority)} is ready"),
                HttpStatusCode.ServiceUnavailable => new Check("app", ExitCode.No, $"{app.GetLeftPart(UriPartial.Authority)} is not ready: {body[..Math.Min(body.Length, 300)]}", "See the app's log for the part that is unreachable."),
                var status => new Check("app", ExitCode.No, $"{ready} answered {(int)status}", "Something else listens there, or the app is older than this command: give its address with --url."),
            };
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Check("app", ExitCode.Unreachable, $"{app.GetLeftPart(UriPartial.Authority)} does not answer: {FirstLine(exception)}", "Start it (dotnet run --project src/FunctionsIngest.Local), or give its address with --url.");
        }
    }

    private static async Task<Check> TryAsync(Func<AppStorage, CancellationToken, Task<Check>> examine, AppStorage storage, CancellationToken cancellationToken)
    {
        try
        {
            return await examine(storage, cancellationToken);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or AuthenticationFailedException)
        {
            return new Check(
                "storage", ExitCode.Unreachable, FirstLine(exception), "Start the local host, or name the storage with --storage or the variable WebhookStorage, and see whether it lets this network and identity in.");
        }
    }

    private static async Task<long?> CountAsync(QueueClient queue, CancellationToken cancellationToken)
    {
        try
        {
            return (await queue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCountLong;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            return null;
        }
    }

    // A client's message goes on for a page; its first line says it.
    private static string FirstLine(Exception exception) => exception.GetBaseException().Message.Split('\n')[0].TrimEnd();
}
