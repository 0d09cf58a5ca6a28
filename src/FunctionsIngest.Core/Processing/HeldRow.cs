using System.Collections.Immutable;
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
    private volatile ImmutableList<string> _finished = [];
    private volatile bool _isAnothers;
    private long _sentAt;
    private LedgerRow _row;

    /// <param name="row">The row, just written with this holder's <see cref="LedgerRow.Owner"/>.</param>
    /// <param name="table">The table.</param>
    /// <param name="lease">How long the lease is.</param>
    /// <param name="sentAt">When that write was sent, as a timestamp of the clock.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For renewals that fail.</param>
    public HeldRow(LedgerRow row, LedgerTable table, TimeSpan lease, long sentAt, TimeProvider time, ILogger logger)
    {
        _row = row;
        _owner = row.Owner!;
        _table = table;
        _lease = lease;
        _sentAt = sentAt;
        _time = time;
        _logger = logger;
        _renewing = RenewAsync();
    }

    /// <summary>The row as it was read or written last. It changes only when a write has succeeded.</summary>
    public LedgerRow Current => _row;

    /// <summary>
    /// Whether the row may be another's: it was seen to be, or the lease has passed since the last successful write was
    /// sent.
    /// </summary>
    public bool IsLost => _isAnothers || _time.GetElapsedTime(Interlocked.Read(ref _sentAt)) >= _lease;

    /// <summary>Whether the row is at an end that this holder has written.</summary>
    public bool HasEnded => _row.IsFinal && _row.Owner == _owner;

    /// <summary>Whether that end is counted.</summary>
    public bool IsCounted { get; set; }

    /// <summary>
    /// Notes that a handler has finished. The note goes along with the next write that succeeds, whichever that is.
    /// </summary>
    public void Finish(string handler) => _finished = _finished.Add(handler);

    /// <summary>
    /// Changes the row while this processor holds it. A row at its end under this holder's own id has been changed by
    /// it before, and the answer was lost.
    /// </summary>
    /// <returns>False if it holds the row no longer: the message goes through the decision table again.</returns>
    public async Task<bool> TryWriteAsync(Action<LedgerRow> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!_row.IsFinal)
            {
                if (await TryUpdateAsync(Changed(_row, change), cancellationToken))
                    return true;

                var current = await _table.FindAsync(_row.PartitionKey, _row.RowKey, cancellationToken);
                if (current is null or { State: not (RowState.Processing or RowState.Processed or RowState.Poisoned) } || current.Owner != _owner)
                {
                    _isAnothers = true;
                    return false;
                }

                _row = current;
            }

            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Notes that all handlers have finished, whatever the row says by now: what has been done has been done.
    /// </summary>
    /// <exception cref="InvalidDataException">The row is in a form that this version does not know.</exception>
    public async Task WriteProcessedAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            // A row of another that is read here must not become this holder's: a later write would give up its lease.
            var row = _row;
            while (_row.State != RowState.Processed)
            {
                var processed = Changed(row, EndProcessed);
                if (await TryUpdateAsync(processed, cancellationToken))
                    return;

                switch (await _table.FindAsync(row.PartitionKey, row.RowKey, cancellationToken))
                {
                    case { State: RowState.Unreadable }:
                        throw new InvalidDataException(GiveUpReasons.RowUnreadable);
                    case { State: RowState.Processed } current:
                        _row = current;
                        break;
                    case { } current:
                        row = current;
                        break;
                    case null when await _table.TryInsertAsync(processed, cancellationToken):
                        _row = processed;
                        break;
                }
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
            await TryWriteAsync(static row => row.Lease = null, CancellationToken.None);
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

    private async Task<bool> TryUpdateAsync(LedgerRow changed, CancellationToken cancellationToken)
    {
        var sentAt = _time.GetTimestamp();
        if (!await _table.TryUpdateAsync(changed, cancellationToken))
            return false;

        _row = changed;
        Interlocked.Exchange(ref _sentAt, sentAt);
        return true;
    }

    private LedgerRow Changed(LedgerRow row, Action<LedgerRow> change)
    {
        var changed = row with { Finished = [.. row.Finished.Union(_finished)] };
        change(changed);
        return changed;
    }

    // Under the id of this holder, also over the row of another: who finds its own id at an end has written that.
    private void EndProcessed(LedgerRow row)
    {
        row.State = RowState.Processed;
        row.Owner = _owner;
        row.Lease = null;
        row.Reason = null;
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
                    if (!await TryWriteAsync(row => row.Lease = row.Lease is null ? null : _lease, _released.Token))
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
