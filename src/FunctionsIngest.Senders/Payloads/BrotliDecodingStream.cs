using System.Buffers;
using System.IO.Compression;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>Undoes br (RFC 7932).</summary>
internal sealed class BrotliDecodingStream(ReadOnlyMemory<byte> coded, int maxRatio) : DecodingStream(coded, maxRatio)
{
    private BrotliDecoder _decoder;
    private int _consumed;
    private bool _isDone;

    /// <inheritdoc />
    protected override int Decode(Span<byte> buffer)
    {
        if (_isDone)
            return 0;

        var status = _decoder.Decompress(Coded.Span[_consumed..], buffer, out var consumed, out var written);
        _consumed += consumed;
        _isDone = status == OperationStatus.Done;
        return status == OperationStatus.InvalidData ? throw new InvalidDataException("The body is not br.") : written;
    }

    /// <inheritdoc />
    protected override bool IsWhole(long length) => _isDone && _consumed == Coded.Length;

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _decoder.Dispose();
        base.Dispose(disposing);
    }
}
