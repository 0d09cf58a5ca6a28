using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// Undoes gzip (RFC 1952, one member) or deflate, which is zlib's format (RFC 1950). The decoders of .NET accept a
/// truncated body, and one with bytes behind its end. So the frame is read here, and the decoder gets what is between.
/// </summary>
internal sealed class InflatingStream : DecodingStream
{
    private const int GzipHeader = 10;
    private const int GzipTrailer = 8;
    private const int ZlibHeader = 2;
    private const int ZlibTrailer = 4;
    private const uint AdlerModulus = 65521;

    // As many bytes as the sums of Adler-32 can take before they must be reduced (RFC 1950, section 9).
    private const int AdlerBlock = 5552;

    private readonly Crc32? _crc;
    private readonly DeflatedBytes? _source;
    private readonly DeflateStream? _inner;
    private uint _low = 1;
    private uint _high;

    public InflatingStream(ReadOnlyMemory<byte> coded, bool isGzip, int maxRatio)
        : base(coded, maxRatio)
    {
        _crc = isGzip ? new Crc32() : null;
        var header = isGzip ? GzipHeaderLength(coded.Span) : ZlibHeaderLength(coded.Span);
        var trailer = isGzip ? GzipTrailer : ZlibTrailer;
        if (header == 0 || coded.Length - header - trailer <= 0)
            return;

        _source = new DeflatedBytes(coded[header..^trailer]);
        _inner = new DeflateStream(_source, CompressionMode.Decompress);
    }

    /// <inheritdoc />
    protected override int Decode(Span<byte> buffer)
    {
        if (_inner is null)
            throw new InvalidDataException("The body does not begin and end as the coding does.");

        var read = _inner.Read(buffer);
        if (_crc is not null)
            _crc.Append(buffer[..read]);
        else
            AppendToAdler(buffer[..read]);
        return read;
    }

    /// <inheritdoc />
    protected override bool IsWhole(long length)
    {
        var coded = Coded.Span;
        return _source!.IsUsedUp && (_crc is null
            ? BinaryPrimitives.ReadUInt32BigEndian(coded[^4..]) == ((_high << 16) | _low)
            : BinaryPrimitives.ReadUInt32LittleEndian(coded[^8..]) == _crc.GetCurrentHashAsUInt32()
                && BinaryPrimitives.ReadUInt32LittleEndian(coded[^4..]) == (uint)length);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        _inner?.Dispose();
        base.Dispose(disposing);
    }

    /// <returns>The length of gzip's header; zero if there is none.</returns>
    private static int GzipHeaderLength(ReadOnlySpan<byte> coded)
    {
        const int HeaderCrc = 2;
        const int Extra = 4;
        const int Name = 8;
        const int Comment = 16;
        const int Reserved = 0xE0;
        if (!ContentDecoder.IsGzip(coded) || coded.Length < GzipHeader || (coded[3] & Reserved) != 0)
            return 0;

        var flags = coded[3];
        var length = GzipHeader;
        if ((flags & Extra) != 0)
        {
            if (coded.Length < length + 2)
                return 0;
            length += 2 + BinaryPrimitives.ReadUInt16LittleEndian(coded[length..]);
        }

        foreach (var text in new[] { Name, Comment })
        {
            if ((flags & text) == 0)
                continue;
            var end = length < coded.Length ? coded[length..].IndexOf((byte)0) : -1;
            if (end < 0)
                return 0;
            length += end + 1;
        }

        return (flags & HeaderCrc) == 0 ? length : length + 2;
    }

    /// <returns>The length of zlib's header; zero if there is none, or if it asks for a dictionary.</returns>
    private static int ZlibHeaderLength(ReadOnlySpan<byte> coded)
    {
        const int Deflate = 8;
        const int Dictionary = 0x20;
        return coded.Length >= ZlibHeader
            && (coded[0] & 0xF) == Deflate && coded[0] >> 4 <= 7
            && (coded[1] & Dictionary) == 0
            && BinaryPrimitives.ReadUInt16BigEndian(coded) % 31 == 0
            ? ZlibHeader
            : 0;
    }

    private void AppendToAdler(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var block = bytes[..Math.Min(bytes.Length, AdlerBlock)];
            bytes = bytes[block.Length..];
            foreach (var value in block)
            {
                _low += value;
                _high += _low;
            }

            _low %= AdlerModulus;
            _high %= AdlerModulus;
        }
    }
}
