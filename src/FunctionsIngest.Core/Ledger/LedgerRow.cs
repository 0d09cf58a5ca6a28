using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace FunctionsIngest.Ledger;

/// <summary>One webhook in the table. Every change after the insert is conditional on <see cref="ETag"/>.</summary>
internal sealed class LedgerRow
{
    /// <summary>The row's partition.</summary>
    public required string PartitionKey { get; init; }

    /// <summary>The row's key in its partition.</summary>
    public required string RowKey { get; init; }

    /// <summary>The version that was read or written last.</summary>
    public ETag ETag { get; set; }

    /// <summary>When the row was last changed, by the storage's clock; null if it was not read.</summary>
    public DateTimeOffset? ChangedAt { get; private init; }

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

    /// <summary>Until when the owner holds the row; null between attempts.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>How often the row has been taken.</summary>
    public int Takes { get; set; }

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

    /// <summary>Reads a row of the table.</summary>
    public static LedgerRow FromEntity(TableEntity entity) => new()
    {
        PartitionKey = entity.PartitionKey,
        RowKey = entity.RowKey,
        ETag = entity.ETag,
        ChangedAt = entity.Timestamp,
        State = Enum.Parse<RowState>(entity.GetString(nameof(State))),
        ReceivedAt = entity.GetDateTimeOffset(nameof(ReceivedAt))!.Value,
        Owner = entity.GetString(nameof(Owner)),
        Delivery = entity.GetString(nameof(Delivery)),
        Redrive = entity.GetInt32(nameof(Redrive)) ?? 0,
        Attempt = entity.GetInt32(nameof(Attempt)) ?? 0,
        LeaseUntil = entity.GetDateTimeOffset(nameof(LeaseUntil)),
        Takes = entity.GetInt32(nameof(Takes)) ?? 0,
        Finished = entity.GetString(nameof(Finished)) is { Length: > 0 } names ? names.Split(',') : [],
        Reason = entity.GetString(nameof(Reason)),
    };

    /// <summary>Writes the row as the table has it; what is not set is left out.</summary>
    public TableEntity ToEntity()
    {
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

        if (LeaseUntil is { } leaseUntil)
            entity[nameof(LeaseUntil)] = leaseUntil;
        if (Finished.Count > 0)
            entity[nameof(Finished)] = string.Join(',', Finished);
        if (Reason is not null)
            entity[nameof(Reason)] = Reason;
        return entity;
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PartitionKey}/{RowKey} {State}");
}
