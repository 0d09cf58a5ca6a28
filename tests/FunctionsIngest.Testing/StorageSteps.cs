using System.Text.Json;
using FunctionsIngest.Ledger;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Testing;

/// <summary>Tells the steps apart.</summary>
internal static class StorageSteps
{
    /// <summary>The step that a call takes.</summary>
    public static StorageStep Of(StorageCall call) => call.Service switch
    {
        StorageService.Table => OfTable(call),
        StorageService.Queue => OfQueue(call),
        _ => OfBlob(call),
    };

    /// <summary>The row that a call writes; null if it writes none.</summary>
    public static JsonElement? RowOf(StorageCall call)
    {
        if (call is not { Service: StorageService.Table, Method: "POST" or "PUT" } || !call.Path.StartsWith($"/{StorageClients.TableName}", StringComparison.Ordinal))
            return null;

        using var json = JsonDocument.Parse(call.Body);
        return json.RootElement.TryGetProperty(nameof(LedgerRow.State), out _) ? json.RootElement.Clone() : null;
    }

    private static StorageStep OfTable(StorageCall call)
    {
        if (RowOf(call) is { } row)
        {
            return Enum.Parse<RowState>(row.GetProperty(nameof(LedgerRow.State)).GetString()!) switch
            {
                RowState.Received => StorageStep.Insert,
                RowState.HandedOver => StorageStep.MarkHandedOver,
                RowState.Processed => StorageStep.MarkProcessed,
                RowState.Poisoned => StorageStep.MarkPoisoned,
                _ when !row.TryGetProperty(LedgerRow.LeaseMilliseconds, out _) => StorageStep.NoteFailure,
                _ when row.TryGetProperty(nameof(LedgerRow.Finished), out _) => StorageStep.NoteHandler,
                _ => StorageStep.Take,
            };
        }

        var isRow = call.Path.StartsWith($"/{StorageClients.TableName}(", StringComparison.Ordinal);
        return call.Method switch
        {
            "GET" when isRow && call.Path.Contains("PartitionKey", StringComparison.Ordinal) && !call.Path.Contains("'Sweep'", StringComparison.Ordinal) => StorageStep.Look,
            "POST" when call.Path == "/Tables" => StorageStep.Other,
            "POST" when call.Path == "/$batch" => StorageStep.RemoveRows,
            _ => StorageStep.Sweep,
        };
    }

    private static StorageStep OfQueue(StorageCall call)
    {
        if (!call.Path.Contains("/messages", StringComparison.Ordinal))
            return call.Method == "GET" ? StorageStep.CountMessages : StorageStep.Other;

        var isPoison = call.Path.Contains($"{StorageClients.PoisonQueueSuffix}/", StringComparison.Ordinal);
        return call.Method switch
        {
            "GET" => StorageStep.Receive,
            "DELETE" => StorageStep.DeleteMessage,
            "PUT" => StorageStep.HideMessage,
            "POST" when call.Query.Contains("visibilitytimeout=", StringComparison.Ordinal) && !call.Query.Contains("visibilitytimeout=0", StringComparison.Ordinal) => StorageStep.SendCopy,
            "POST" when isPoison => StorageStep.MoveToPoisonQueue,
            _ => StorageStep.Send,
        };
    }

    private static StorageStep OfBlob(StorageCall call) => (call.Path.Split('/')[1], call.Method) switch
    {
        (StorageClients.PayloadContainer, _) when call.Path.Count('/') == 1 => StorageStep.Sweep,
        (StorageClients.PoisonContainer, "GET") => StorageStep.ReadPoison,
        (StorageClients.PoisonContainer, "HEAD") => StorageStep.LookForPoison,
        (_, _) when call.Path.Count('/') == 1 => StorageStep.Other,
        (StorageClients.PayloadContainer, "PUT") => StorageStep.StorePayload,
        (StorageClients.PayloadContainer, "GET") => StorageStep.LoadPayload,
        (StorageClients.PayloadContainer, "DELETE") => StorageStep.RemovePayload,
        (StorageClients.ArchiveContainer, _) => StorageStep.Archive,
        (StorageClients.PoisonContainer, "PUT") => StorageStep.StorePoison,
        (StorageClients.PoisonContainer, "DELETE") => StorageStep.RemovePoison,
        _ => StorageStep.Other,
    };
}
