using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>
/// Makes bodies: mostly JSON with what the schemes look for, some of it blemished, and some that are not JSON.
/// </summary>
internal static class FuzzBody
{
    private static readonly string[] Names = ["id", "id", "event_id", "event_id", "type", "type", "event_type", "event_type", "event", "idempotency_key", "data", "a", "b", "counter", "\\u0069d", "é"];
    private static readonly string[] Blanks = ["", "", "", " ", "\n ", "\t"];
    private static readonly string[] Texts = ["evt_1", "evt_2", "a", "", "order.paid", "player.verify", "é", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\ude00x", "\U0001F600", "\\n", "\\\"", "\\/", "\u007f", "5", "null", "x\\u0000y"];
    private static readonly string[] Numbers = ["0", "5", "-0", "6", "5.0", "1e2", "1E+2", "0.1", "-1.50", "1e16", "123456789012345678901234567890", "1e-7", "0.0001", "1e400", "2.5e-3", "-0.0", "12345678.125"];

    public static byte[] Make(Random random)
    {
        var dice = random.Next(100);
        if (dice < 3)
            return [];
        if (dice < 6)
            return Encoding.ASCII.GetBytes($"id={random.Next(3)}&type=a");
        if (dice < 8)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            return bytes;
        }

        var json = dice < 12 ? Value(random, 0) : Object(random, 0);
        if (dice < 30)
            json = Blemish(random, json);
        var body = Encoding.UTF8.GetBytes(json);
        if (dice is >= 30 and < 34 && body.Length > 2)
            body[random.Next(body.Length)] = (byte)random.Next(128, 256);
        return dice is >= 34 and < 36 ? Gzip(body) : body;
    }

    /// <summary>Changes bytes.</summary>
    public static byte[] Mutate(Random random, byte[] body)
    {
        var at = random.Next(body.Length + 1);
        return random.Next(6) switch
        {
            0 => [.. body[..at], (byte)random.Next(256), .. body[at..]],
            1 when at < body.Length => [.. body[..at], (byte)(body[at] ^ (1 << random.Next(8))), .. body[(at + 1)..]],
            2 when at < body.Length => [.. body[..at], .. body[(at + 1)..]],
            3 => body[..at],
            4 => [.. body, .. body],
            _ => [.. body, (byte)'\n'],
        };
    }

    private static string Object(Random random, int depth)
    {
        var members = Enumerable.Range(0, random.Next(1, 7)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\"{Blank(random)}:{Blank(random)}{Value(random, depth + 1)}").ToList();
        if (depth == 0 && random.Next(3) > 0)
            members.Insert(random.Next(members.Count + 1), $"\"event_type\":\"{(random.Next(4) > 0 ? "order.paid" : "order.sent")}\",\"event_id\":\"{random.Next(5).ToString(CultureInfo.InvariantCulture)}\"");

        return "{" + Blank(random) + string.Join(Blank(random) + "," + Blank(random), members) + Blank(random) + "}";
    }

    private static string Value(Random random, int depth) => random.Next(depth > 3 ? 6 : 9) switch
    {
        0 or 1 or 2 => $"\"{Texts[random.Next(Texts.Length)]}\"",
        3 or 4 => Numbers[random.Next(Numbers.Length)],
        5 => random.Next(4) switch { 0 => "true", 1 => "false", 2 => "null", _ => $"\"{new string('t', random.Next(255, 259))}\"" },
        6 => "[" + string.Join(",", Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1))) + "]",
        _ => Object(random, depth + 1),
    };

    private static string Blemish(Random random, string json)
    {
        var at = random.Next(json.Length + 1);
        return random.Next(9) switch
        {
            0 => json[..at],
            1 => "\uFEFF" + json,
            2 => json[..at] + "NaN" + json[at..],
            3 => json[..at] + "," + json[at..],
            4 => json + " x",
            5 => json + json,
            6 => json.Replace("\"counter\"", "counter", StringComparison.Ordinal),
            7 => json.Insert(json.Length - 1, ",\"deep\":" + new string('[', 70) + new string(']', 70) + ",\"id\":\"deep\""),
            _ => at < json.Length ? json.Remove(at, 1) : json,
        };
    }

    private static byte[] Gzip(byte[] body)
    {
        using var output = new MemoryStream();
        using (var encoder = new GZipStream(output, CompressionLevel.Fastest))
            encoder.Write(body);
        return output.ToArray();
    }

    private static string Blank(Random random) => Blanks[random.Next(Blanks.Length)];
}
