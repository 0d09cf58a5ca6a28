using FunctionsIngest.DeliveryTests;
using FunctionsIngest.Queueing;
using FunctionsIngest.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Sources;

/// <summary>Reports every mistake of the section <c>Webhooks</c> at once, and those of the secrets that its sources name.</summary>
internal sealed class WebhookOptionsValidator(IConfiguration configuration) : IValidateOptions<WebhookOptions>
{
    private static readonly TimeSpan LeastRetention = TimeSpan.FromHours(1);
    private static readonly TimeSpan MostRetention = TimeSpan.FromDays(365);

    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        CheckRange("Retention", options.Retention, LeastRetention, MostRetention, errors);
        CheckRange("Lease", options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), errors);
        CheckRange("AnswerWithin", options.AnswerWithin, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), errors);
        CheckRange("StorageTryTimeout", options.StorageTryTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), errors);
        CheckRange("MaxBodyBytes", options.MaxBodyBytes, 1, WebhookOptions.LargestMaxBodyBytes, errors);
        CheckRange("MaxBytesInMemory", options.MaxBytesInMemory, 1 << 20, 1 << 30, errors);
        CheckRange("MaxBytesSpooled", options.MaxBytesSpooled, 1L << 20, 1L << 40, errors);
        CheckRange("StorageTries", options.StorageTries, 1, 5, errors);
        CheckRetryDelays(options, errors);
        AddressRanges.Parse(WebhookOptions.TrustedProxiesKey, options.TrustedProxies, errors);
        if (options.Sources.Count == 0)
            errors.Add("Webhooks:Sources is empty, so nothing could be received: add a source, such as Webhooks:Sources:begini:Scheme = begini and Webhooks:Sources:begini:Secrets:0 = begini-api-key.");
        foreach (var source in SourceFactory.Create(options, errors))
        {
            if (string.IsNullOrEmpty(configuration["KeyVault:Uri"]))
                SecretValidation.Check(source, configuration, errors);
        }

        DeliveryTestValidation.Check(options.DeliveryTests, configuration, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckRetryDelays(WebhookOptions options, List<string> errors)
    {
        const double Longest = 1 + WebhookOptions.RetryVariation;
        var most = EventQueue.MaxDelay / Longest;
        foreach (var (index, delay) in options.RetryDelays.Index())
        {
            if (delay <= TimeSpan.Zero || delay > most)
                errors.Add($"Webhooks:RetryDelays:{index} is {delay:c}: give more than zero and at most {most:d\\.hh\\:mm\\:ss}, for a queue hides a message no longer than 7 days.");
        }

        var sum = options.EffectiveRetryDelays.Aggregate(TimeSpan.Zero, (total, delay) => total + delay) * Longest;
        if (sum >= options.Retention)
            errors.Add($"Webhooks:RetryDelays add up to {sum:c} with their variation, and Webhooks:Retention is {options.Retention:c}: the sum must be less than the retention, or a retry could be processed twice.");
    }

    private static void CheckRange<T>(string setting, T value, T least, T most, List<string> errors)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            errors.Add($"Webhooks:{setting} is {value}: give a value from {least} to {most}.");
    }
}
