using System.Globalization;
using Azure;
using Azure.Data.Tables;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Ledger;

/// <summary>
/// Which of the 256 parts of the table the sweep comes to next. The table itself keeps it, so a sweep goes on where the
/// last one ended.
/// </summary>
internal sealed class SweepBookmark(StorageClients clients)
{
    /// <summary>How many parts there are: one for each first byte of an event's id.</summary>
    public const int Parts = 256;

    // No source's partition begins with a capital letter.
    private const string PartitionKey = "Sweep";
    private const string RowKey = "bookmark";
    private const string Next = "Next";

    /// <summary>The next part; the first if none was noted.</summary>
    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        var bookmark = await clients.Rows.GetEntityAsync<TableEntity>(PartitionKey, RowKey, cancellationToken: cancellationToken).OrNullIfMissingAsync();
        return Math.Clamp(bookmark?.GetInt32(Next) ?? 0, 0, Parts - 1);
    }

    /// <summary>Notes the next part.</summary>
    public async Task WriteAsync(int next, CancellationToken cancellationToken)
    {
        try
        {
            await clients.Rows.UpsertEntityAsync(new TableEntity(PartitionKey, RowKey) { [Next] = next }, TableUpdateMode.Replace, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No table: there was nothing to sweep.
        }
    }

    /// <summary>The partition of a source in a part.</summary>
    public static string PartitionOf(string source, int part) => string.Create(CultureInfo.InvariantCulture, $"{source}-{part:x2}");
}
