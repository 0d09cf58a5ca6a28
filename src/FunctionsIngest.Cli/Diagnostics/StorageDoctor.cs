using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FunctionsIngest.Cli.Identities;
using FunctionsIngest.Poison;
using FunctionsIngest.Senders.Diagnosis;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Cli.Diagnostics;

/// <summary>Looks at the storage that a webhook needs, and at what waits in it.</summary>
/// <param name="storage">The storage.</param>
/// <param name="time">This machine's clock, which is checked as well.</param>
internal sealed class StorageDoctor(AppStorage storage, TimeProvider time)
{
    private const int ManyPoisoned = 1000;

    // A webhook's tolerance is five minutes with most senders; a clock that is off by half a minute is on its way
    // there.
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostWaiting = TimeSpan.FromMinutes(1);

    /// <summary>Looks, and ends with the first service that cannot be reached.</summary>
    public async IAsyncEnumerable<Check> ExamineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var examine in new Func<CancellationToken, Task<Check>>[] { CheckTableAsync, CheckQueueAsync, CheckPoisonQueueAsync, CheckBlobsAsync, CheckClockAsync })
        {
            var check = await TryAsync(examine, cancellationToken);
            yield return check;
            if (check.ExitCode == ExitCode.Unreachable)
                break;
        }
    }

    private async Task<Check> CheckTableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in storage.Clients.Rows.QueryAsync<Azure.Data.Tables.TableEntity>(maxPerPage: 1, cancellationToken: cancellationToken).AsPages())
                break;
            return Check.Well("table", $"'{StorageClients.TableName}' answers");
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return Check.Well("table", $"'{StorageClients.TableName}' is not there yet; the first webhook makes it");
        }
    }

    private async Task<Check> CheckQueueAsync(CancellationToken cancellationToken)
    {
        var queue = storage.Clients.Events;
        if (await CountAsync(queue, cancellationToken) is not { } count)
            return Check.Well("queue", $"'{queue.Name}' is not there yet; the first webhook makes it");
        if (count == 0)
            return Check.Well("queue", $"'{queue.Name}' is empty");

        var oldest = (await queue.PeekMessagesAsync(1, cancellationToken)).Value is [{ InsertedOn: { } insertedOn }] ? time.GetUtcNow() - insertedOn : (TimeSpan?)null;
        var finding = $"'{queue.Name}' holds {count.ToString("N0", CultureInfo.InvariantCulture)} message{(count == 1 ? "" : "s")}{(oldest is null ? ", none of them due: they are being processed, or wait for their next attempt" : $", the next one sent {TimeSpanText.Describe(oldest.Value)} ago")}";
        return oldest > MostWaiting
            ? new Check("queue", ExitCode.No, finding, "Messages that are due wait for a processor: see whether the app runs and its queue trigger is enabled, and whether handlers are slow or fail.")
            : Check.Well("queue", finding);
    }

    private async Task<Check> CheckPoisonQueueAsync(CancellationToken cancellationToken)
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

    private async Task<Check> CheckBlobsAsync(CancellationToken cancellationToken)
    {
        var isThere = await storage.Clients.Archive.ExistsAsync(cancellationToken);
        return Check.Well("blobs", isThere ? $"'{StorageClients.ArchiveContainer}' answers" : $"'{StorageClients.ArchiveContainer}' is not there yet; the first event makes it");
    }

    private async Task<Check> CheckClockAsync(CancellationToken cancellationToken)
    {
        var response = (await storage.Clients.Payloads.ExistsAsync(cancellationToken)).GetRawResponse();
        if (response.Headers.Date is not { } theirs)
            return Check.Well("clock", "the storage does not say what time it is");

        var skew = time.GetUtcNow() - theirs;
        return skew.Duration() <= MostSkew
            ? Check.Well("clock", "agrees with the storage's")
            : new Check("clock", ExitCode.No, $"{TimeSpanText.Describe(skew)} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the storage's", "Set this machine's clock, or turn its time synchronisation on: webhooks with a timestamp are refused by a wrong one.");
    }

    private static async Task<Check> TryAsync(Func<CancellationToken, Task<Check>> examine, CancellationToken cancellationToken)
    {
        try
        {
            return await examine(cancellationToken);
        }
        catch (Exception exception) when (exception is RequestFailedException or AggregateException or AuthenticationFailedException)
        {
            return new Check(
                "storage", ExitCode.Unreachable, exception.FirstLine(), StorageAdvice.For(exception));
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
}
