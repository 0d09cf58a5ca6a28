using FunctionsIngest.Configuration;
using FunctionsIngest.Queueing;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Processing;

/// <summary>Checks how events are processed.</summary>
internal sealed class ProcessingOptionsValidator(BoundSettings<SourcesOptions> sources) : BoundOptionsValidator<ProcessingOptions>
{
    protected override void Check(ProcessingOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), errors);
        CheckRetryDelays(options, sources.Value.Retention, errors);
    }

    private static void CheckRetryDelays(ProcessingOptions options, TimeSpan retention, List<string> errors)
    {
        const double Longest = 1 + ProcessingOptions.RetryVariation;
        var most = EventQueue.MaxDelay / Longest;
        foreach (var (index, delay) in options.RetryDelays.Index())
        {
            if (delay <= TimeSpan.Zero || delay > most)
                errors.Add($"Webhooks:RetryDelays:{index} is {delay:c}: give more than zero and at most {most:d\\.hh\\:mm\\:ss}, because a queue hides a message no longer than 7 days.");
        }

        var sum = options.EffectiveRetryDelays.Aggregate(TimeSpan.Zero, (total, delay) => total + delay) * Longest;
        if (sum >= retention)
            errors.Add($"Webhooks:RetryDelays add up to {sum:c} with their variation, and Webhooks:Retention is {retention:c}: the sum must be less than the retention, or a retry could be processed twice.");
    }
}
