using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Health;
using FunctionsIngest.Processing;
using FunctionsIngest.Receiving;
using FunctionsIngest.Sweeping;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest;

/// <summary>What a host calls: each trigger of it is one of these.</summary>
public sealed class WebhookIngestion
{
    private readonly WebhookReceiver _receiver;
    private readonly EventProcessor _processor;
    private readonly PoisonKeeper _poison;
    private readonly Sweeper _sweeper;
    private readonly HealthProbe _health;
    private readonly DeliveryTester _deliveryTester;

    internal WebhookIngestion(WebhookReceiver receiver, EventProcessor processor, PoisonKeeper poison, Sweeper sweeper, HealthProbe health, DeliveryTester deliveryTester)
    {
        _receiver = receiver;
        _processor = processor;
        _poison = poison;
        _sweeper = sweeper;
        _health = health;
        _deliveryTester = deliveryTester;
    }

    /// <summary>Any request to <c>/webhooks/{source}</c>: from request to acknowledgement.</summary>
    /// <param name="context">The request. Its body must not have been read.</param>
    /// <param name="source">The source's name, from the path.</param>
    /// <returns>The answer; never a 500.</returns>
    public Task<IResult> ReceiveAsync(HttpContext context, string source)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(source);
        return _receiver.ReceiveAsync(context, source);
    }

    /// <summary>A message of the queue: processes the event that it carries.</summary>
    /// <param name="message">The message's body.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <exception cref="Exception">
    /// The message is to be delivered again: the host stops, or not even a copy of it could be sent.
    /// </exception>
    public Task ProcessAsync(BinaryData message, CancellationToken cancellationToken) => _processor.ProcessAsync(message, cancellationToken);

    /// <summary>
    /// A message of the queue's poison queue: keeps its event in Blob storage, where it does not expire.
    /// </summary>
    /// <param name="message">The message's body.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <exception cref="Exception">The message is to be delivered again: storage failed.</exception>
    public Task KeepPoisonAsync(BinaryData message, CancellationToken cancellationToken) => _poison.KeepAsync(message, cancellationToken);

    /// <summary>
    /// Once an hour: removes expired rows and payloads that no row owns, and drains the poison queue.
    /// </summary>
    /// <param name="cancellationToken">Set when the host stops; the next sweep goes on where this one ended.</param>
    public Task SweepAsync(CancellationToken cancellationToken) => _sweeper.SweepAsync(cancellationToken);

    /// <summary>
    /// <c>/v1/webhooks-management/test</c>: sends one test webhook to the client whose API key is in the header
    /// <c>Api-key</c>, and answers with the outcome. <c>Webhooks:DeliveryTests</c> has the client's address.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>The answer; never a 500.</returns>
    public Task<IResult> DeliveryTestAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return _deliveryTester.AnswerAsync(context);
    }

    /// <summary><c>/health</c>: the process is alive.</summary>
#pragma warning disable CA1822 // Part of what a host calls, beside readiness.
    public IResult Health() => HealthProbe.Alive();
#pragma warning restore CA1822

    /// <summary>
    /// <c>/health/ready</c>: storage and secrets can be reached; 503 if not. The answer is kept for 10 s.
    /// </summary>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    public Task<IResult> ReadyAsync(CancellationToken cancellationToken) => _health.ReadyAsync(cancellationToken);
}
