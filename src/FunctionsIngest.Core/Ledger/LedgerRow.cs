using System.Collections.Frozen;
using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace FunctionsIngest.Ledger;

/// <summary>One webhook in the table. Every change after the insert is conditional on <see cref="ETag"/>.</summary>
internal sealed record LedgerRow
{
    /// <summary>The longest lease.</summary>
    public static readonly TimeSpan MaxLease = TimeSpan.FromDays(7);

    /// <summary>The property that holds the lease.</summary>
    public const string LeaseMilliseconds = nameof(LeaseMilliseconds);

    private static readonly FrozenDictionary<string, RowState> States =
        Enum.GetValues<RowState>().Where(state => state != RowState.Unreadable).ToFrozenDictionary(state => state.ToString(), StringComparer.Ordinal);

    /// <summary>The row's partition.</summary>
    public required string PartitionKey { get; init; }

    /// <summary>The row's key in its partition.</summary>
    public required string RowKey { get; init; }

    /// <summary>The version that was read or written last.</summary>
    public ETag ETag { get; set; }

    /// <summary>When the row was last changed, by the storage's clock; null if it was not read.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Where the webhook is on its way.</summary>
    public RowState State { get; set; }

    /// <summary>When the webhook was first accepted.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The processor that took the row last, by an id of that taking alone.</summary>
    public string? Owner { get; set; }

    /// <summary>The delivery that was taken last.</summary>
    public string? Delivery { get; set; }

    /// <summary>The redrive that was taken last.</summary>
    public int Redrive { get; set; }

    /// <summary>The attempt that is running, or comes next.</summary>
    public int Attempt { get; set; }

    /// <summary>
    /// How long the owner holds the row from its last change on, by the storage's clock; null if it has given it up.
    /// </summary>
    public TimeSpan? Lease { get; set; }

    /// <summary>How often the row has been taken.</summary>
    public int Takes { get; set; }

    /// <summary>How often it was taken although its owner had not given up the lease; a redrive counts anew.</summary>
    public int Deaths { get; set; }

    /// <summary>Whether a message that had outlived an earlier row has inserted it: to be given up.</summary>
    public bool IsOutlived { get; set; }

    /// <summary>Names of handlers that have finished.</summary>
    public IReadOnlyList<string> Finished { get; set; } = [];

    /// <summary>Why the last attempt failed, or the event was given up.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether nothing more is to come, short of a redrive.</summary>
    public bool IsFinal => State is RowState.Processed or RowState.Poisoned;

    /// <summary>The row of a webhook that has just been verified.</summary>
    public static LedgerRow For(EventKey key, DateTimeOffset receivedAt) => new()
    {
        PartitionKey = key.PartitionKey,
        RowKey = key.RowKey,
        ReceivedAt = receivedAt,
        State = RowState.Received,
    };

    /// <summary>
    /// Reads a row of the table. One that this version does not know is <see cref="RowState.Unreadable"/>.
    /// </summary>
    public static LedgerRow FromEntity(TableEntity entity)
    {
        var unreadable = new LedgerRow
        {
            PartitionKey = entity.PartitionKey,
            RowKey = entity.RowKey,
            ETag = entity.ETag,
            ChangedAt = entity.Timestamp,
            ReceivedAt = default,
            State = RowState.Unreadable,
        };
        try
        {
            return Read(entity, unreadable) ?? unreadable;
        }
        // The client refuses a property that has another type.
        catch (InvalidOperationException)
        {
            return unreadable;
        }
    }

    /// <summary>Writes the row as the table has it; what is not set is left out.</summary>
    /// <exception cref="InvalidOperationException">The row is unreadable, and is not ours to write.</exception>
    public TableEntity ToEntity()
    {
        if (State == RowState.Unreadable)
            throw new InvalidOperationException("A row that could not be read must not be written.");

        var entity = new TableEntity(PartitionKey, RowKey)
        {
            [nameof(State)] = State.ToString(),
            [nameof(ReceivedAt)] = ReceivedAt,
        };
        if (Takes > 0)
        {
            entity[nameof(Owner)] = Owner;
            entity[nameof(Delivery)] = Delivery;
            entity[nameof(Redrive)] = Redrive;
            entity[nameof(Attempt)] = Attempt;
            entity[nameof(Takes)] = Takes;
        }

        if (Lease is { } lease)
            entity[LeaseMilliseconds] = (long)lease.TotalMilliseconds;
        if (Deaths > 0)
            entity[nameof(Deaths)] = Deaths;
        if (IsOutlived)
            entity[nameof(IsOutlived)] = true;
        if (Finished.Count > 0)
            entity[nameof(Finished)] = string.Join(',', Finished);
        if (Reason is not null)
            entity[nameof(Reason)] = Reason;
        return entity;
    }

    private static LedgerRow? Read(TableEntity entity, LedgerRow empty)
    {
        var counts = new[] { nameof(Redrive), nameof(Attempt), nameof(Takes), nameof(Deaths) }.ToDictionary(name => name, name => entity.GetInt32(name) ?? 0);
        var lease = entity.GetInt64(LeaseMilliseconds);
        if (!States.TryGetValue(entity.GetString(nameof(State)) ?? "", out var state)
            || entity.GetDateTimeOffset(nameof(ReceivedAt)) is not { } receivedAt
            || counts.Values.Any(count => count < 0)
            || (lease is { } milliseconds && (milliseconds <= 0 || milliseconds > MaxLease.TotalMilliseconds)))
        {
            return null;
        }

        return empty with
        {
            State = state,
            ReceivedAt = receivedAt,
            Owner = entity.GetString(nameof(Owner)),
            Delivery = entity.GetString(nameof(Delivery)),
            Redrive = counts[nameof(Redrive)],
            Attempt = counts[nameof(Attempt)],
            Lease = lease is { } length ? TimeSpan.FromMilliseconds(length) : null,
            Takes = counts[nameof(Takes)],
            Deaths = counts[nameof(Deaths)],
            IsOutlived = entity.GetBoolean(nameof(IsOutlived)) ?? false,
            Finished = entity.GetString(nameof(Finished)) is { Length: > 0 } names ? names.Split(',') : [],
            Reason = entity.GetString(nameof(Reason)),
        };
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PartitionKey}/{RowKey} {State}");
}
