namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// What a decoder reads. The last byte comes by itself: a decoder that has ended without it has bytes behind its end,
/// and one that asks for more has not ended.
/// </summary>
/// <param name="bytes">The bytes; at least one.</param>
internal sealed class DeflatedBytes(ReadOnlyMemory<byte> bytes) : Stream
{
    private int _position;
    private bool _isExceeded;

    /// <summary>Whether the decoder has asked for the last byte, and for none behind it.</summary>
    public bool IsUsedUp => _position == bytes.Length && !_isExceeded;

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

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        var left = bytes.Length - _position;
        _isExceeded |= left == 0 && !buffer.IsEmpty;
        var length = Math.Min(buffer.Length, left > 1 ? left - 1 : left);
        bytes.Span.Slice(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
