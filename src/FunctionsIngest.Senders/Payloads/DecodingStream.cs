namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// Undoes a content coding while it is read. Reading throws <see cref="InvalidDataException"/> and nothing else.
/// </summary>
/// <param name="coded">The bytes as they came.</param>
/// <param name="maxRatio">The most bytes that may come out for each byte of <paramref name="coded"/>.</param>
internal abstract class DecodingStream(ReadOnlyMemory<byte> coded, int maxRatio) : Stream
{
    private long _decoded;
    private bool _hasEnded;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The bytes as they came.</summary>
    protected ReadOnlyMemory<byte> Coded => coded;

    /// <inheritdoc />
    public sealed override int Read(Span<byte> buffer)
    {
        if (_hasEnded || buffer.IsEmpty)
            return 0;

        int read;
        try
        {
            read = Decode(buffer);
        }
        catch (Exception exception) when (exception is not (InvalidDataException or OutOfMemoryException))
        {
            // The decoders report bad data by several exceptions, some of them of native code.
            throw new InvalidDataException("The body is not written in this coding.", exception);
        }

        _decoded += read;
        if (_decoded > (long)coded.Length * maxRatio)
            throw new InvalidDataException("The body expands too far.");

        _hasEnded = read == 0;
        if (_hasEnded && !IsWhole(_decoded))
            throw new InvalidDataException("The body ends too early, or goes on behind its end.");
        return read;
    }

    /// <inheritdoc />
    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public sealed override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    /// <inheritdoc />
    public sealed override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public sealed override void Flush()
    {
    }

    /// <inheritdoc />
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public sealed override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Decodes the next bytes.</summary>
    /// <returns>How many; zero at the end.</returns>
    protected abstract int Decode(Span<byte> buffer);

    /// <summary>Whether the coded bytes ended where the coding says, and what came out is all of it.</summary>
    protected abstract bool IsWhole(long length);
}
