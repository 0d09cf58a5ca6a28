namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>A request as the Functions host forwards it to the worker.</summary>
internal static class ForwardedRequest
{
    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>Makes the host's request from a sender's.</summary>
    /// <param name="request">The sender's request.</param>
    /// <param name="body">Its body; null if it has none.</param>
    /// <param name="worker">Where the worker listens.</param>
    /// <param name="invocationId">The invocation that the request belongs to.</param>
    public static HttpRequestMessage Create(HttpRequestMessage request, byte[]? body, Uri worker, string invocationId)
    {
        var forwarded = new HttpRequestMessage(request.Method, new Uri(worker, request.RequestUri!));
        if (body is not null)
            forwarded.Content = new ByteArrayContent(body);

        // The host joins a repeated header into one line.
        foreach (var (name, values) in request.Headers.NonValidated)
            forwarded.Headers.TryAddWithoutValidation(name, string.Join(", ", values));
        if (request.Content is not null)
        {
            foreach (var (name, values) in request.Content.Headers.NonValidated)
                forwarded.Content!.Headers.TryAddWithoutValidation(name, string.Join(", ", values));
        }

        // The host does not trust an address from outside. It names its own peer.
        forwarded.Headers.Remove(ForwardedFor);
        forwarded.Headers.TryAddWithoutValidation(ForwardedFor, "127.0.0.1");
        forwarded.Headers.TryAddWithoutValidation("x-ms-invocation-id", invocationId);
        return forwarded;
    }
}
