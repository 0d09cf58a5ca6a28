using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Bodies;

/// <summary>A request's body as it came and, where that is asked for, as it was before it was compressed.</summary>
/// <param name="raw">The body as it came.</param>
/// <param name="budget">What all bodies share.</param>
/// <param name="source">The name of the source, whose share it takes.</param>
/// <param name="limit">The most bytes of a body, before and after it was compressed.</param>
internal sealed class RequestBody(BodyBuffer raw, BodyBudget budget, string source, int limit) : IDisposable
{
    // What is inflated after verification does not free what was decoded before it: the signature covers that, and the
    // replay key is made of it.
    private readonly List<BodyBuffer> _decoded = [];

    /// <summary>The bytes as they came.</summary>
    public ReadOnlyMemory<byte> Raw => raw.Bytes;

    /// <summary>The bytes before compression; those that came, if nothing has been decoded.</summary>
    public ReadOnlyMemory<byte> Plain => (_decoded.Count > 0 ? _decoded[^1] : raw).Bytes;

    /// <summary>
    /// Undoes a content coding of bytes that may come from anybody: to at most <see cref="ContentDecoder.MaxRatio"/>
    /// times their size.
    /// </summary>
    /// <param name="contentEncoding">The request's Content-Encoding.</param>
    /// <param name="deadline">Ends the work.</param>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    /// <exception cref="OperationCanceledException">The deadline has passed.</exception>
    public async ValueTask<ContentCodingResult> DecodeAsync(string contentEncoding, CancellationToken deadline)
    {
        if (!ContentDecoder.TryOpen(ContentDecoder.NameOf(contentEncoding), raw.Bytes, ContentDecoder.MaxRatio, out var decoded))
            return ContentCodingResult.NotCoded;

        await using (decoded)
        {
            try
            {
                return await ReadAsync(decoded, deadline) is null ? ContentCodingResult.TooLarge : ContentCodingResult.Decoded;
            }
            catch (InvalidDataException)
            {
                return ContentCodingResult.Undecodable;
            }
        }
    }

    /// <summary>Reads what a stream decodes, and keeps it as long as this body.</summary>
    /// <param name="decoded">Decodes bytes of this body.</param>
    /// <param name="deadline">Ends the work.</param>
    /// <returns>The bytes; null if there are more than the limit.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for them now.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(Stream decoded, CancellationToken deadline)
    {
        if (await BodyBuffer.ReadAsync(decoded, budget, source, limit, deadline) is not { } buffer)
            return null;

        _decoded.Add(buffer);
        return buffer.Bytes;
    }

    /// <summary>Frees the bytes although a call that was given up may still read them.</summary>
    public void Abandon()
    {
        foreach (var decoded in _decoded)
            decoded.Abandon();
        raw.Abandon();
    }

    /// <summary>Frees the bytes.</summary>
    public void Dispose()
    {
        foreach (var decoded in _decoded)
            decoded.Dispose();
        raw.Dispose();
    }
}
