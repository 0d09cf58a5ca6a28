using System.IO.Compression;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>A body that is written in a content coding, or looks like it.</summary>
/// <param name="Bytes">The body as it comes.</param>
/// <param name="Coding">What it is written in; null where it is not one whole stream.</param>
/// <param name="Plain">What it was before.</param>
internal sealed record CodedBody(byte[] Bytes, string? Coding, byte[] Plain)
{
    private const int BombSize = 100_000;
    private static readonly CodedBody[] Whole = [.. Enumerable.Range(0, 600).Select(MakeWhole)];

    public static CodedBody Make(Random random)
    {
        var whole = Whole[random.Next(Whole.Length)];
        return random.Next(3) == 0 ? whole : new(Change(random, whole), null, whole.Plain);
    }

    private static CodedBody MakeWhole(int number)
    {
        var random = new Random(number);
        var plain = new byte[number % 100 == 0 ? BombSize : random.Next(1, random.Next(4) == 0 ? 4 : 700)];
        if (number % 5 == 0)
            random.NextBytes(plain.AsSpan(0, Math.Min(plain.Length, 700)));
        else if (number % 100 != 0)
            plain = [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"id":"evt_1","é":[1,2,3]},""", (plain.Length / 20) + 1))).Take(plain.Length)];

        var coding = (number % 4) switch { 0 => "deflate", 1 => "br", _ => "gzip" };
        var coded = Compress(coding, plain, (CompressionLevel)random.Next(4));
        if (coding == "gzip" && random.Next(4) == 0)
            coded = [.. coded[..3], 2 | 4 | 8 | 16, .. coded[4..10], 3, 0, 1, 2, 3, .. "name\0comment\0"u8, 0, 0, .. coded[10..]];
        return new(coded, coding, plain);
    }

    private static byte[] Compress(string coding, byte[] plain, CompressionLevel level)
    {
        using var output = new MemoryStream();
        using (Stream encoder = coding switch
        {
            "deflate" => new ZLibStream(output, level, leaveOpen: true),
            "br" => new BrotliStream(output, level, leaveOpen: true),
            "raw" => new DeflateStream(output, level, leaveOpen: true),
            _ => new GZipStream(output, level, leaveOpen: true),
        })
        {
            encoder.Write(plain);
        }

        return output.ToArray();
    }

    private static byte[] Change(Random random, CodedBody whole)
    {
        var bytes = whole.Bytes;
        var at = random.Next(bytes.Length + 1);
        var noise = new byte[random.Next(1, 60)];
        random.NextBytes(noise);
        return random.Next(16) switch
        {
            0 => noise,
            1 => bytes[..at],
            2 => [.. bytes, .. bytes],
            3 => [.. bytes, .. Whole[random.Next(Whole.Length)].Bytes],
            4 => [.. bytes, .. noise],
            5 => [.. bytes, 0],
            6 => bytes[at..],
            7 => whole.Plain.Length > 1000 ? noise : Compress("raw", whole.Plain, CompressionLevel.Fastest),

            // Made-up bits between a frame that is right but for its sums.
            8 => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. noise, .. new byte[8]],
            9 => [0x78, 0x9C, .. noise, 0, 0, 0, 1],
            10 => [0x28, 0xB5, 0x2F, 0xFD, .. noise],
            11 => [0x78, 0xBB, .. noise],
            12 => [],
            13 => whole.Plain,
            _ => [.. bytes.Select((value, index) => index == at || random.Next(200) == 0 ? (byte)(value ^ (1 << random.Next(8))) : value)],
        };
    }
}
