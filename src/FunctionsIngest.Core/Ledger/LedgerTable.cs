using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Ledger;

/// <summary>
/// The replay rows in Table storage. The insert decides who was first, atomically; there is no look before it.
/// </summary>
internal sealed class LedgerTable(StorageClients clients)
{
    private readonly TableClient _table = clients.Rows;

    /// <summary>Inserts a row and sets its ETag.</summary>
    /// <returns>False if the row exists: the webhook has been seen.</returns>
    /// <exception cref="RequestFailedException">
    /// Anything else, other 409s too: it is not known whether the webhook was seen before.
    /// </exception>
    public async Task<bool> TryInsertAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                await InsertAsync(row, cancellationToken);
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == TableErrorCode.TableNotFound)
            {
                await _table.CreateIfNotExistsAsync(cancellationToken);
                await InsertAsync(row, cancellationToken);
            }

            return true;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == TableErrorCode.EntityAlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Reads a row, and when it was read.</summary>
    /// <exception cref="InvalidDataException">Storage does not say what time it is.</exception>
    public async Task<RowReading> ReadAsync(string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        var answer = await _table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellationToken);
        var at = answer.GetRawResponse().Headers.Date ?? throw new InvalidDataException("Storage answered without the header Date, which tells whether a lease is live.");
        return new RowReading(answer.HasValue ? LedgerRow.FromEntity(answer.Value!) : null, at);
    }

    /// <summary>Reads a row.</summary>
    /// <returns>The row; null if it is missing.</returns>
    public async Task<LedgerRow?> FindAsync(string partitionKey, string rowKey, CancellationToken cancellationToken)
        => (await ReadAsync(partitionKey, rowKey, cancellationToken)).Row;

    /// <summary>Writes a row if it is unchanged since it was read, and sets its new ETag.</summary>
    /// <returns>False if it was changed by someone else, or is gone.</returns>
    public async Task<bool> TryUpdateAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _table.UpdateEntityAsync(row.ToEntity(), row.ETag, TableUpdateMode.Replace, cancellationToken);
            row.ETag = response.Headers.ETag ?? default;
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsMissingOrChanged())
        {
            return false;
        }
    }

    private async Task InsertAsync(LedgerRow row, CancellationToken cancellationToken)
    {
        var response = await _table.AddEntityAsync(row.ToEntity(), cancellationToken);
        row.ETag = response.Headers.ETag ?? default;
    }
}
