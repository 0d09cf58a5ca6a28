using FunctionsIngest.Sources;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Local;

/// <summary>A message must stay hidden for longer than a processor may hold its row: otherwise it comes back while it is being processed.</summary>
internal sealed class LocalOptionsValidator(IOptions<WebhookOptions> webhooks) : IValidateOptions<LocalOptions>
{
    private const string Key = $"{LocalOptions.Section}:{nameof(LocalOptions.Invisibility)}";
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, LocalOptions options)
    {
        var lease = webhooks.Value.Lease;
        if (options.Invisibility <= lease)
        {
            return ValidateOptionsResult.Fail(
                $"{Key} is {options.Invisibility}, which is not longer than {WebhookOptions.Section}:{nameof(WebhookOptions.Lease)}, {lease}. Set {Key} to a longer time, or shorten the lease.");
        }

        return options.Invisibility > Longest
            ? ValidateOptionsResult.Fail($"{Key} is {options.Invisibility}. A queue hides a message for at most {Longest}: set it to less.")
            : ValidateOptionsResult.Success;
    }
}
