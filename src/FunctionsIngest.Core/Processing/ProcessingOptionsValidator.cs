using FunctionsIngest.Configuration;
using FunctionsIngest.Queueing;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Processing;

/// <summary>Checks how events are processed.</summary>
internal sealed class ProcessingOptionsValidator(BoundSettings<SourcesOptions> sources, SourceReading reading) : BoundOptionsValidator<ProcessingOptions>
{
    protected override void Check(ProcessingOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), errors);
        CheckRetryDelays(options, errors);
    }

    private void CheckRetryDelays(ProcessingOptions options, List<string> errors)
    {
        const double Longest = 1 + ProcessingOptions.RetryVariation;
        var most = EventQueue.MaxDelay / Longest;
        foreach (var (index, delay) in options.RetryDelays.Index())
        {
            if (delay <= TimeSpan.Zero || delay > most)
                errors.Add($"Webhooks:RetryDelays:{index} is {delay:c}: give more than zero and at most {most:d\\.hh\\:mm\\:ss}, because a queue hides a message no longer than 7 days.");
        }

        var sum = options.EffectiveRetryDelays.Aggregate(TimeSpan.Zero, (total, delay) => total + delay) * Longest;
        CheckSum(sum, "Webhooks:Retention", sources.Value.Retention, errors);
        // What the default has a mistake in, a source that has no retention of its own need not repeat.
        foreach (var source in reading.Sources.Where(source => source.Retention < sources.Value.Retention))
            CheckSum(sum, $"Webhooks:Sources:{source.Name}:Retention", source.Retention, errors);
    }

    private static void CheckSum(TimeSpan sum, string setting, TimeSpan retention, List<string> errors)
    {
        if (sum >= retention)
            errors.Add($"Webhooks:RetryDelays add up to {sum:c} with their variation, and {setting} is {retention:c}: the sum must be less than the retention, or a retry could outlive the row of its event.");
    }
}
