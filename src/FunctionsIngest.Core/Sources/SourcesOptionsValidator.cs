using FunctionsIngest.Configuration;

namespace FunctionsIngest.Sources;

/// <summary>Reports every mistake of the sources at once.</summary>
internal sealed class SourcesOptionsValidator(SourceReading reading) : BoundOptionsValidator<SourcesOptions>
{
    protected override void Check(SourcesOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.Retention), options.Retention, SourcesOptions.LeastRetention, SourcesOptions.MostRetention, errors);
        if (options.Sources.Count == 0)
            errors.Add("Webhooks:Sources is empty, so nothing could be received: add a source, such as Webhooks:Sources:begini:Scheme = begini and Webhooks:Sources:begini:Secrets:0 = begini-api-key.");
        errors.AddRange(reading.Errors);
    }
}
