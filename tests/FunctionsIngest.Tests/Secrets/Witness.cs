using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Azure.Core.Diagnostics;
using Azure.Data.Tables;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>
/// Notes all that the process says while it lives, and what it has left in storage, each text with its place.
/// </summary>
internal sealed class Witness : IDisposable
{
    private readonly ConcurrentDictionary<(string Place, string Text), bool> _texts = new();
    private readonly AzureEventSourceListener _azure;
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public Witness()
    {
        AppDomain.CurrentDomain.FirstChanceException += NoteException;
        _azure = new AzureEventSourceListener((_, message) => Note("events of the Azure clients", message), EventLevel.LogAlways);
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = NoteActivity,
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<int>(NoteMeasurement);
        _meters.SetMeasurementEventCallback<long>(NoteMeasurement);
        _meters.SetMeasurementEventCallback<double>(NoteMeasurement);
        _meters.Start();
    }

    /// <summary>The texts by their places, each once.</summary>
    public ILookup<string, string> Texts => _texts.Keys.ToLookup(item => item.Place, item => item.Text);

    public void Note(string place, string text) => _texts.TryAdd((place, text), true);

    /// <summary>Notes an answer whole.</summary>
    public async Task NoteAsync(HttpResponseMessage response)
        => Note(
            response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? "problem details" : "other answers",
            $"{response}\n{await response.Content.ReadAsStringAsync()}");

    /// <summary>Notes what a host has logged, scopes and exceptions included.</summary>
    public void Note(FakeLogCollector log)
    {
        foreach (var record in log.GetSnapshot())
        {
            var values = (record.StructuredState ?? []).Concat(record.Scopes.SelectMany(scope => scope as IEnumerable<KeyValuePair<string, string?>> ?? []));
            Note("logs", $"{record.Category} {record.Message} {string.Join(' ', values)} {string.Join(' ', record.Scopes)}");
            if (record.Exception is { } exception)
                Note("logged exceptions", exception.ToString());
        }
    }

    /// <summary>Notes all that a host keeps in storage.</summary>
    public async Task NoteStorageAsync(IngestHost host)
    {
        foreach (var queue in new[] { host.Clients.Events, host.Clients.PoisonQueue })
        {
            foreach (var message in (await queue.PeekMessagesAsync(32)).Value)
                Note("queue messages", Decoded(message.Body));
        }

        await foreach (var row in host.Clients.Rows.QueryAsync<TableEntity>())
            Note("rows", string.Join('\n', row));
        foreach (var container in new[] { host.Clients.Archive, host.Clients.Payloads, host.Clients.Poison })
        {
            await foreach (var blob in container.GetBlobsAsync())
            {
                var content = (await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value;
                Note("blobs", $"{blob.Name}\n{string.Join('\n', content.Details.Metadata)}\n{Decoded(content.Content)}");
            }
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= NoteException;
        _azure.Dispose();
        _activities.Dispose();
        _meters.Dispose();
    }

    // A CloudEvent carries its body in base64: what it says is noted as well as how it is written.
    private static string Decoded(BinaryData data)
    {
        var text = data.ToString();
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("data_base64", out var body) ? text + Encoding.UTF8.GetString(body.GetBytesFromBase64()) : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private void NoteException(object? sender, FirstChanceExceptionEventArgs thrown)
        => Note("exceptions thrown, caught ones included", $"{thrown.Exception.GetType()}: {thrown.Exception.Message}");

    private void NoteActivity(Activity activity)
        => Note(
            "traces",
            $"{activity.Source.Name} {activity.DisplayName} {activity.StatusDescription} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Baggage)} "
            + string.Join(' ', activity.Events.Select(e => $"{e.Name} {string.Join(' ', e.Tags)}")));

    private void NoteMeasurement<T>(Instrument instrument, T measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        => Note("metrics", $"{instrument.Meter.Name} {instrument.Name} {string.Join(' ', tags.ToArray())}");
}
