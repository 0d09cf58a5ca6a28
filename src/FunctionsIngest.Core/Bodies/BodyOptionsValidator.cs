using FunctionsIngest.Configuration;

namespace FunctionsIngest.Bodies;

/// <summary>Checks the limits of bodies.</summary>
internal sealed class BodyOptionsValidator : BoundOptionsValidator<BodyOptions>
{
    // A source's half must hold a body as it came, and as it was before it was compressed.
    private const int BodiesThatFit = 4;

    protected override void Check(BodyOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1, BodyOptions.LargestMaxBodyBytes, errors);
        WebhookSettings.CheckRange(nameof(options.BodyWithin), options.BodyWithin, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesInMemory), options.MaxBytesInMemory, BodiesThatFit * BlobBody.MaxBytesHeld, 1 << 30, errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesSpooled), options.MaxBytesSpooled, (long)BodiesThatFit * BlobBody.MaxBytesHeld, 1L << 40, errors);

        // A body that is larger than its source's share could never be received while others send.
        if (options.MaxBodyBytes > BlobBody.MaxBytesHeld && options.MaxBytesSpooled < (long)BodiesThatFit * options.MaxBodyBytes)
            errors.Add($"Webhooks:MaxBytesSpooled is {options.MaxBytesSpooled}, which is less than {BodiesThatFit} bodies of Webhooks:MaxBodyBytes ({options.MaxBodyBytes}), and a source has half of it: set it to at least {(long)BodiesThatFit * options.MaxBodyBytes}, or make MaxBodyBytes smaller.");
    }
}
