using System.Diagnostics.Metrics;
using System.Reflection;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Infra;

/// <summary>The metrics that the app emits, found by making it emit every one of them.</summary>
internal static class Meter
{
    /// <summary>Every metric, with the names of its tags.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> TagsByMetric { get; } = Observe();

    private static Dictionary<string, IReadOnlySet<string>> Observe()
    {
        var metrics = new Dictionary<string, IReadOnlySet<string>>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == IngestMetrics.MeterName)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Add(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Add(instrument, tags));
        listener.Start();

        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        foreach (var type in typeof(IngestMetrics).Assembly.GetTypes().Where(type => type.GetConstructor([typeof(IMeterFactory)]) is not null))
        {
            var instance = Activator.CreateInstance(type, services.GetRequiredService<IMeterFactory>())!;
            foreach (var method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                method.Invoke(instance, [.. method.GetParameters().Select(parameter => Sample(parameter.ParameterType))]);
        }

        listener.RecordObservableInstruments();
        return metrics;

        void Add(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            => metrics[instrument.Name] = tags.ToArray().Select(tag => tag.Key).Concat(metrics.GetValueOrDefault(instrument.Name) ?? new HashSet<string>()).ToHashSet();
    }

    private static object Sample(Type type) => type switch
    {
        _ when type == typeof(string) => "sample",
        _ when type == typeof(long) => 1L,
        _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(1),
        _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch,
        _ when type == typeof(Func<IEnumerable<(string, TimeSpan)>>) => (Func<IEnumerable<(string, TimeSpan)>>)(() => [("sample", TimeSpan.FromSeconds(1))]),
        _ => throw new NotSupportedException($"Say here what a sample of {type} is."),
    };
}
