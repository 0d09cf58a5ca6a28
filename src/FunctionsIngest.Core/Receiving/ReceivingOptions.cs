using FunctionsIngest.Configuration;

namespace FunctionsIngest.Receiving;

/// <summary>How requests are answered: settings of the section <c>Webhooks</c>.</summary>
internal sealed class ReceivingOptions : BoundOptions
{
    /// <summary>
    /// How long a request may take to be answered once its body is there; past it the answer is 503. One to 60 seconds.
    /// </summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The header with the address that <c>AllowedIPs</c> of the sources compares, such as <c>X-Azure-ClientIP</c>. Set
    /// it only where the network lets in your proxy alone, and the proxy overwrites the header. Not set: the peer of
    /// the connection counts, which the Functions app cannot see.
    /// </summary>
    public string? ClientAddressHeader { get; set; }

    /// <summary>
    /// The id of your Azure Front Door, a GUID. A webhook whose <c>X-Azure-FDID</c> is not this gets 403. Not set: not
    /// compared.
    /// </summary>
    public string? FrontDoorId { get; set; }

    /// <summary>
    /// Whether the peer of every connection is the host itself, as under Azure Functions. The host says so, and no
    /// setting does.
    /// </summary>
    internal bool PeerIsHost { get; set; }
}
