namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>
/// One client of the delivery test: the section <c>Webhooks:DeliveryTests:{client id}</c> of the configuration.
/// </summary>
internal sealed class DeliveryTestOptions
{
    /// <summary>
    /// The name of the secret that holds the client's API key: what the client sends as <c>Api-key</c>, and what its
    /// test webhook is signed with.
    /// </summary>
    public string? ApiKeySecret { get; set; }

    /// <summary>
    /// Where the client receives webhooks, as an http or https address. Not set: its test is answered with 424.
    /// </summary>
    public string? ReceiverUrl { get; set; }

    /// <summary>
    /// How the test webhook is signed: a scheme of the catalogue whose key is shared, so neither <c>qi-tech</c> nor
    /// <c>custom</c>.
    /// </summary>
    public string Scheme { get; set; } = "begini";

    /// <summary>
    /// Whether the receiver may have a loopback, private or otherwise special address. For development: the owner of
    /// the receiver's name could otherwise reach this app's own network.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }
}
