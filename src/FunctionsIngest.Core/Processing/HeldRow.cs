using FunctionsIngest.Ledger;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Processing;

/// <summary>
/// A row that this processor has taken. The lease is renewed at half of its length until the row is let go. Renewals
/// and notes take turns, because each needs the ETag of the one before.
/// </summary>
internal sealed partial class HeldRow : IAsyncDisposable
{
    private readonly LedgerTable _table;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _owner;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;
    private LedgerRow _row;

    /// <param name="row">The row, just written with this holder's <see cref="LedgerRow.Owner"/>.</param>
    /// <param name="table">The table.</param>
    /// <param name="lease">How long the lease is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For renewals that fail.</param>
    public HeldRow(LedgerRow row, LedgerTable table, TimeSpan lease, TimeProvider time, ILogger logger)
    {
        _row = row;
        _owner = row.Owner!;
        _table = table;
        _lease = lease;
        _time = time;
        _logger = logger;
        _renewing = RenewAsync();
    }

    /// <summary>The row as it was read or written last. Not to be changed but by <see cref="TryWriteAsync"/>.</summary>
    public LedgerRow Current => _row;

    /// <summary>Changes the row while this processor holds it.</summary>
    /// <returns>False if it holds the row no longer: the message goes through the decision table again.</returns>
    public async Task<bool> TryWriteAsync(Action<LedgerRow> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                change(_row);
                if (await _table.TryUpdateAsync(_row, cancellationToken))
                    return true;

                var current = await _table.FindAsync(_row.PartitionKey, _row.RowKey, cancellationToken);
                if (current is not { State: RowState.Processing } || current.Owner != _owner)
                    return false;
                _row = current;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Notes that all handlers have finished, whatever the row says by now: what has been done has been done.
    /// </summary>
    public async Task WriteProcessedAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                _row.State = RowState.Processed;
                _row.LeaseUntil = null;
                _row.Reason = null;
                if (await _table.TryUpdateAsync(_row, cancellationToken))
                    return;

                var current = await _table.FindAsync(_row.PartitionKey, _row.RowKey, cancellationToken);
                if (current is { State: RowState.Processed } || (current is null && await _table.TryInsertAsync(_row, cancellationToken)))
                    return;
                if (current is not null)
                    _row = current;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Gives up the lease, so that the next message need not wait for its end. Best effort: the lease ends by itself.
    /// </summary>
    public async Task TryReleaseAsync()
    {
        try
        {
            await TryWriteAsync(static row => row.LeaseUntil = null, CancellationToken.None);
        }
        catch (Exception exception)
        {
            Log.ReleaseFailed(_logger, exception, _lease);
        }
    }

    /// <summary>Ends the renewals; the row stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        _released.Dispose();
        _turn.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_lease / 2, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_released.Token))
            {
                try
                {
                    if (!await TryWriteAsync(row => row.LeaseUntil = row.LeaseUntil is null ? null : _time.GetUtcNow() + _lease, _released.Token))
                        return;
                }
                // A call that took too long is cancelled as well: only letting go ends the renewals.
                catch (Exception exception) when (!_released.IsCancellationRequested)
                {
                    Log.RenewalFailed(_logger, exception);
                }
            }
        }
        catch (Exception) when (_released.IsCancellationRequested)
        {
            // Let go while a renewal was on its way: the row's next change does not depend on it.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of a row could not be renewed; trying again at its next half.")]
        public static partial void RenewalFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The lease of a row could not be given up; it ends by itself within {Lease}.")]
        public static partial void ReleaseFailed(ILogger logger, Exception exception, TimeSpan lease);
    }
}
