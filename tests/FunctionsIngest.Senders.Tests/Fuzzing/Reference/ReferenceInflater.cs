using System.Buffers.Binary;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>Undoes deflate bit by bit, as RFC 1951 describes it, with no code of .NET.</summary>
internal sealed class ReferenceInflater
{
    private const int MaxBits = 15;
    private const int EndOfBlock = 256;
    private static readonly int[] LengthBase = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly int[] LengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBase = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    private static readonly int[] LengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    private readonly byte[] _bytes;
    private readonly List<byte> _output = [];
    private int _bit;

    private ReferenceInflater(byte[] bytes) => _bytes = bytes;

    /// <returns>What was deflated; null if the bytes are not one whole deflate stream and nothing else.</returns>
    public static byte[]? Inflate(byte[] bytes)
    {
        var inflater = new ReferenceInflater(bytes);
        try
        {
            inflater.ReadBlocks();
        }
        catch (EndOfStreamException)
        {
            return null;
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return (inflater._bit + 7) / 8 == bytes.Length ? [.. inflater._output] : null;
    }

    private void ReadBlocks()
    {
        bool isLast;
        do
        {
            isLast = Bits(1) == 1;
            switch (Bits(2))
            {
                case 0:
                    ReadStored();
                    break;
                case 1:
                    int[] lengths = [.. Enumerable.Repeat(8, 144), .. Enumerable.Repeat(9, 112), .. Enumerable.Repeat(7, 24), .. Enumerable.Repeat(8, 8)];
                    ReadCompressed(lengths, [.. Enumerable.Repeat(5, 30)]);
                    break;
                case 2:
                    ReadDynamic();
                    break;
                default:
                    throw new InvalidDataException();
            }
        }
        while (!isLast);
    }

    private void ReadStored()
    {
        _bit = (_bit + 7) / 8 * 8;
        var length = Bits(16);
        if (Bits(16) != (~length & 0xFFFF))
            throw new InvalidDataException();
        for (var i = 0; i < length; i++)
            _output.Add((byte)Bits(8));
    }

    private void ReadDynamic()
    {
        var literals = Bits(5) + 257;
        var distances = Bits(5) + 1;
        var count = Bits(4) + 4;
        if (literals > 286 || distances > 30)
            throw new InvalidDataException();

        var ofLengths = new int[19];
        for (var i = 0; i < count; i++)
            ofLengths[LengthOrder[i]] = Bits(3);
        RefuseUnlessComplete(ofLengths, mayBeOneCode: false);

        var lengths = new List<int>();
        while (lengths.Count < literals + distances)
        {
            var symbol = Symbol(ofLengths);
            if (symbol < 16)
            {
                lengths.Add(symbol);
                continue;
            }

            if (symbol == 16 && lengths.Count == 0)
                throw new InvalidDataException();
            var repeated = symbol == 16 ? lengths[^1] : 0;
            lengths.AddRange(Enumerable.Repeat(repeated, symbol switch { 16 => 3 + Bits(2), 17 => 3 + Bits(3), _ => 11 + Bits(7) }));
        }

        if (lengths.Count > literals + distances || lengths[EndOfBlock] == 0)
            throw new InvalidDataException();
        int[] ofLiterals = [.. lengths[..literals]];
        int[] ofDistances = [.. lengths[literals..]];
        RefuseUnlessComplete(ofLiterals, mayBeOneCode: true);
        RefuseUnlessComplete(ofDistances, mayBeOneCode: true);
        ReadCompressed(ofLiterals, ofDistances);
    }

    private void ReadCompressed(int[] literals, int[] distances)
    {
        for (var symbol = Symbol(literals); symbol != EndOfBlock; symbol = Symbol(literals))
        {
            if (symbol < EndOfBlock)
            {
                _output.Add((byte)symbol);
                continue;
            }

            var code = symbol - 257;
            if (code >= LengthBase.Length)
                throw new InvalidDataException();
            var length = LengthBase[code] + Bits(LengthExtra[code]);
            var distanceCode = Symbol(distances);
            var distance = DistanceBase[distanceCode] + Bits(Math.Max(0, (distanceCode / 2) - 1));
            if (distance > _output.Count)
                throw new InvalidDataException();
            for (var i = 0; i < length; i++)
                _output.Add(_output[^distance]);
        }
    }

    /// <summary>Codes must be neither too many nor too few; RFC 1951 allows a single one of one bit.</summary>
    private static void RefuseUnlessComplete(int[] lengths, bool mayBeOneCode)
    {
        var used = lengths.Where(length => length > 0).ToArray();
        var taken = used.Sum(length => 1 << (MaxBits - length));
        var isOneCode = used.Length == 0 || used is [1];
        if (taken > 1 << MaxBits || (taken < 1 << MaxBits && !(mayBeOneCode && isOneCode)))
            throw new InvalidDataException();
    }

    /// <summary>Reads one symbol of the canonical code that the lengths describe (section 3.2.2).</summary>
    private int Symbol(int[] lengths)
    {
        var code = 0;
        var first = 0;
        for (var bits = 1; bits <= MaxBits; bits++)
        {
            code |= Bits(1);
            var count = lengths.AsSpan().Count(bits);
            if (code - first < count)
            {
                var index = code - first;
                for (var symbol = 0; ; symbol++)
                {
                    if (lengths[symbol] == bits && index-- == 0)
                        return symbol;
                }
            }

            first = (first + count) << 1;
            code <<= 1;
        }

        throw new InvalidDataException();
    }

    private int Bits(int count)
    {
        var value = 0;
        for (var i = 0; i < count; i++, _bit++)
        {
            if (_bit / 8 >= _bytes.Length)
                throw new EndOfStreamException();
            value |= ((_bytes[_bit / 8] >> (_bit % 8)) & 1) << i;
        }

        return value;
    }

    /// <summary>Undoes gzip (RFC 1952).</summary>
    /// <returns>What was compressed; null if the bytes are not one whole member and nothing else.</returns>
    public static byte[]? Gunzip(byte[] bytes)
    {
        if (bytes.Length < 18 || bytes[0] != 0x1F || bytes[1] != 0x8B || bytes[2] != 8 || bytes[3] >= 0x20)
            return null;

        var flags = bytes[3];
        var at = 10;
        if ((flags & 4) != 0)
            at += 2 + bytes[10] + (bytes[11] << 8);
        for (var texts = ((flags >> 3) & 1) + ((flags >> 4) & 1); texts > 0; texts--)
        {
            while (at < bytes.Length && bytes[at] != 0)
                at++;
            at++;
        }

        if ((flags & 2) != 0)
            at += 2;
        if (at > bytes.Length - 8 || Inflate(bytes[at..^8]) is not { } output)
            return null;

        var crc = 0xFFFFFFFF;
        foreach (var value in output)
        {
            crc ^= value;
            for (var i = 0; i < 8; i++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)) == ~crc && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4)) == output.Length ? output : null;
    }

    /// <summary>Undoes zlib's format (RFC 1950).</summary>
    /// <returns>What was compressed; null if the bytes are not one whole stream and nothing else.</returns>
    public static byte[]? Unzlib(byte[] bytes)
    {
        if (bytes.Length < 6 || (bytes[0] & 15) != 8 || bytes[0] >= 0x80 || (bytes[1] & 0x20) != 0 || ((bytes[0] * 256) + bytes[1]) % 31 != 0 || Inflate(bytes[2..^4]) is not { } output)
            return null;

        var (low, high) = (1u, 0u);
        foreach (var value in output)
        {
            low = (low + value) % 65521;
            high = (high + low) % 65521;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - 4)) == (high * 65536) + low ? output : null;
    }
}
