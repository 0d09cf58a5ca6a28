using FunctionsIngest.Configuration;

namespace FunctionsIngest.Bodies;

/// <summary>Checks the limits of bodies.</summary>
internal sealed class BodyOptionsValidator : BoundOptionsValidator<BodyOptions>
{
    protected override void Check(BodyOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1, BodyOptions.LargestMaxBodyBytes, errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesInMemory), options.MaxBytesInMemory, 1 << 20, 1 << 30, errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesSpooled), options.MaxBytesSpooled, 1L << 20, 1L << 40, errors);
    }
}
