using System.Text.RegularExpressions;
using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Receiving;

/// <summary>Checks how requests are answered, and that addresses can be compared where they are to be.</summary>
internal sealed partial class ReceivingOptionsValidator(BoundSettings<SourcesOptions> sources) : BoundOptionsValidator<ReceivingOptions>
{
    private const string HeaderKey = $"{WebhookSettings.Section}:{nameof(ReceivingOptions.ClientAddressHeader)}";
    private const string FrontDoorKey = $"{WebhookSettings.Section}:{nameof(ReceivingOptions.FrontDoorId)}";

    /// <summary>What Azure Front Door writes. Anybody else can write it too, who reaches the app without it.</summary>
    private static readonly string[] OfFrontDoor = ["X-Azure-ClientIP", "X-Azure-SocketIP"];

    /// <summary>
    /// Lists that a caller begins and each proxy goes on with, and what the worker makes of the first of them.
    /// </summary>
    private static readonly string[] Unusable = ["X-Forwarded-For", "X-Original-For", "Forwarded"];

    protected override void Check(ReceivingOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.AnswerWithin), options.AnswerWithin, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), errors);
        var hasFrontDoor = !string.IsNullOrEmpty(options.FrontDoorId);
        if (hasFrontDoor && !Guid.TryParseExact(options.FrontDoorId, "D", out _))
            errors.Add($"{FrontDoorKey} is '{options.FrontDoorId}', which is not the id of a Front Door: copy the 'Front Door ID' of its overview, which is a GUID such as 01234567-89ab-cdef-0123-456789abcdef.");

        if (options.ClientAddressHeader is { Length: > 0 } header)
            CheckHeader(header, hasFrontDoor, errors);
        else if (options.PeerIsHost)
            CheckThatNoAddressIsCompared(errors);
    }

    private static void CheckHeader(string header, bool hasFrontDoor, List<string> errors)
    {
        if (!HeaderName().IsMatch(header))
            errors.Add($"{HeaderKey} is '{header}', which is not the name of a header: use letters, digits, - and _, such as X-Azure-ClientIP.");
        else if (Unusable.Contains(header, StringComparer.OrdinalIgnoreCase))
            errors.Add($"{HeaderKey} is {header}, which callers begin themselves, and which the Functions host replaces with its own peer: name a header that your proxy overwrites with one address, such as X-Azure-ClientIP.");
        else if (OfFrontDoor.Contains(header, StringComparer.OrdinalIgnoreCase) && !hasFrontDoor)
            errors.Add($"{HeaderKey} is {header}, which counts only if your own Front Door wrote it: set {FrontDoorKey} to its id.");
    }

    private void CheckThatNoAddressIsCompared(List<string> errors)
    {
        foreach (var (name, source) in sources.Value.Sources.OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            if (source.AllowedIPs.Count > 0)
                errors.Add($"{WebhookSettings.Section}:Sources:{name}:AllowedIPs is set, and in this host every connection comes from the host itself, so all webhooks would be refused: set {HeaderKey} to the header that your proxy writes the caller's address into, or remove AllowedIPs.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,64}\z")]
    private static partial Regex HeaderName();
}
