using FunctionsIngest.Configuration;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Sources;

/// <summary>Reports every mistake of the sources at once.</summary>
internal sealed class SourcesOptionsValidator(SourceReading reading) : IValidateOptions<SourcesOptions>
{
    private static readonly TimeSpan LeastRetention = TimeSpan.FromHours(1);
    private static readonly TimeSpan MostRetention = TimeSpan.FromDays(365);

    public ValidateOptionsResult Validate(string? name, SourcesOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        WebhookSettings.CheckRange(nameof(options.Retention), options.Retention, LeastRetention, MostRetention, errors);
        if (options.Sources.Count == 0)
            errors.Add("Webhooks:Sources is empty, so nothing could be received: add a source, such as Webhooks:Sources:begini:Scheme = begini and Webhooks:Sources:begini:Secrets:0 = begini-api-key.");
        errors.AddRange(reading.Errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
