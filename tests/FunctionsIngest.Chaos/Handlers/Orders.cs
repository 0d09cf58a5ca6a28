using System.Text.Json;

namespace FunctionsIngest.Chaos.Handlers;

/// <summary>What a webhook tells the handlers to do with it: the member <c>chaos</c> of its body.</summary>
/// <param name="Failures">In how many attempts the last handler fails.</param>
/// <param name="Milliseconds">How long the counting handler takes.</param>
internal readonly record struct Orders(int Failures, int Milliseconds)
{
    /// <summary>More attempts than there are.</summary>
    public const int Always = 99;

    /// <summary>The orders in a body.</summary>
    public static Orders Of(WebhookEvent webhookEvent)
    {
        using var json = JsonDocument.Parse(webhookEvent.Body);
        return json.RootElement.GetProperty("chaos").Deserialize<Orders>();
    }
}
