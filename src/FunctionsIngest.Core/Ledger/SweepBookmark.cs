using System.Globalization;
using Azure;
using Azure.Data.Tables;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Ledger;

/// <summary>
/// Where the sweep goes on: which of the 256 parts of a source's rows it comes to next, and which page of a container.
/// The table itself keeps it, so a sweep goes on where the last one ended.
/// </summary>
internal sealed class SweepBookmark(StorageClients clients)
{
    /// <summary>How many parts there are: one for each first byte of an event's id.</summary>
    public const int Parts = 256;

    /// <summary>The bookmark of the payloads. No source's name begins with a capital letter.</summary>
    public const string Payloads = "Payloads";

    /// <summary>The bookmark of the bodies in poison.</summary>
    public const string PoisonBodies = "PoisonBodies";

    // No source's partition begins with a capital letter either.
    private const string PartitionKey = "Sweep";
    private const string Next = "Next";

    /// <summary>The next part of a source; the first if none was noted, or none that there is.</summary>
    public async Task<int> ReadPartAsync(string source, CancellationToken cancellationToken)
        => await ReadAsync(source, cancellationToken) is int part and >= 0 and < Parts ? part : 0;

    /// <summary>Notes the next part of a source.</summary>
    public Task WritePartAsync(string source, int part, CancellationToken cancellationToken) => WriteAsync(source, part, cancellationToken);

    /// <summary>The next page of a container, as its listing names it; null: the first.</summary>
    public async Task<string?> ReadPageAsync(string container, CancellationToken cancellationToken)
        => await ReadAsync(container, cancellationToken) as string is { Length: > 0 } page ? page : null;

    /// <summary>Notes the next page of a container; null: the first.</summary>
    public Task WritePageAsync(string container, string? page, CancellationToken cancellationToken) => WriteAsync(container, page ?? "", cancellationToken);

    /// <summary>The partition of a source in a part.</summary>
    public static string PartitionOf(string source, int part) => string.Create(CultureInfo.InvariantCulture, $"{source}-{part:x2}");

    private async Task<object?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        var bookmark = await clients.Rows.GetEntityAsync<TableEntity>(PartitionKey, name, cancellationToken: cancellationToken).OrNullIfMissingAsync();
        return bookmark is not null && bookmark.TryGetValue(Next, out var next) ? next : null;
    }

    private async Task WriteAsync(string name, object next, CancellationToken cancellationToken)
    {
        try
        {
            await clients.Rows.UpsertEntityAsync(new TableEntity(PartitionKey, name) { [Next] = next }, TableUpdateMode.Replace, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No table: there was nothing to sweep.
        }
    }
}
