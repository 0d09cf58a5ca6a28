using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Chaos.Sending;

/// <summary>A webhook that is sent, again and again if need be, and what its sender knows of it.</summary>
/// <param name="Source">Who sends it.</param>
/// <param name="Outgoing">What is signed.</param>
/// <param name="EventId">The id that its event must get.</param>
/// <param name="Orders">What it tells the handlers.</param>
/// <param name="GivesUp">Whether its sender gives up after the first failure.</param>
internal sealed record Webhook(Source Source, OutgoingWebhook Outgoing, string EventId, Orders Orders, bool GivesUp)
{
    private volatile bool _isAcknowledged;

    /// <summary>Whether its sender has got a 2xx.</summary>
    public bool IsAcknowledged
    {
        get => _isAcknowledged;
        set => _isAcknowledged = value;
    }
}
