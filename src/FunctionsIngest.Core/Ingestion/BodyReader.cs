using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Ingestion;

/// <summary>A request's body, read once, in a rented buffer that grows with what arrives and never past the limit.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstBufferBytes = 16 * 1024;

    private byte[] _buffer;
    private int _length;

    private BodyReader(int size) => _buffer = ArrayPool<byte>.Shared.Rent(size);

    /// <summary>The bytes as they came. Valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads the body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The body; null if it is larger than the limit.</returns>
    /// <exception cref="IOException">The caller hung up in the middle of it, or sent something that is no body (<see cref="BadHttpRequestException"/>).</exception>
    public static async Task<BodyReader?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            return null;

        // The announced length is a caller's word: it chooses no more than the first buffer.
        var body = new BodyReader((int)Math.Min(Math.Max(request.ContentLength ?? 0, 0) + 1, FirstBufferBytes));
        try
        {
            while (true)
            {
                body.EnsureRoom(limit);
                var read = await request.Body.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken);
                if (read == 0)
                    return body;

                body._length += read;
                if (body._length > limit)
                {
                    body.Dispose();
                    return null;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_buffer.Length == 0)
            return;

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private void EnsureRoom(int limit)
    {
        if (_length < _buffer.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, limit + 1L));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
