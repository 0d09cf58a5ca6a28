using Microsoft.AspNetCore.Http;

namespace FunctionsIngest;

/// <summary>What a host calls: each trigger of it is one of these.</summary>
public sealed class WebhookIngestion
{
    internal WebhookIngestion()
    {
    }

    /// <summary>Any request to <c>/webhooks/{source}</c>: from request to acknowledgement.</summary>
    /// <param name="context">The request. Its body must not have been read.</param>
    /// <param name="source">The source's name, from the path.</param>
    /// <returns>The answer; never a 500.</returns>
    public Task<IResult> ReceiveAsync(HttpContext context, string source) => throw new NotSupportedException();

    /// <summary>A message of the queue: processes the event that it carries.</summary>
    /// <param name="message">The message's body.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <exception cref="Exception">The message is to be delivered again: even the copy of it could not be sent.</exception>
    public Task ProcessAsync(BinaryData message, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>A message of the queue's poison queue: keeps its event in Blob storage, where it does not expire.</summary>
    /// <param name="message">The message's body.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    public Task KeepPoisonAsync(BinaryData message, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Once an hour: removes expired rows and payloads that no row owns, and drains the poison queue.</summary>
    /// <param name="cancellationToken">Set when the host stops; the next sweep goes on where this one ended.</param>
    public Task SweepAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary><c>/health</c>: the process is alive.</summary>
    public IResult Health() => throw new NotSupportedException();

    /// <summary><c>/health/ready</c>: storage and secrets can be reached; 503 if not. The answer is cached for 10 s.</summary>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    public Task<IResult> ReadyAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
}
