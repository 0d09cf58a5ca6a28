using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>Makes requests as QI Tech signs them, with everything odd that can be in a token.</summary>
/// <param name="keys">All keys that there are.</param>
/// <param name="clientKey">The client key; null: the requests have none.</param>
/// <param name="path">The path that the sender was given.</param>
internal sealed class TokenSender(IReadOnlyList<ReferenceKey> keys, string? clientKey, string path)
{
    private static readonly string[] OddHeaders =
    [
        """{"alg":"none"}""", """{"alg":"ES256"}""", """{"alg":"ES512","alg":"ES512"}""", """{"alg":"ES512","crit":["exp"]}""", """{"alg":["ES512"]}""", """["ES512"]""",
        "{}", """{"ALG":"ES512"}""", """{"typ":"JWT","alg":"ES512","kid":"k"}""", """ {"alg" : "ES\u003512"} """, """{"alg":"ES512"} x""", """{"alg":"ES512","x":{"alg":"none"}}""",
    ];

    public FuzzRequest Make(Random random)
    {
        var request = new FuzzRequest { Body = FuzzBody.Make(random), Now = DateTimeOffset.UnixEpoch.AddTicks((1_790_000_000 * TimeSpan.TicksPerSecond) + random.NextInt64(TimeSpan.TicksPerDay)) };
        var header = random.Next(20) == 0 ? OddHeaders[random.Next(OddHeaders.Length)] : """{"alg":"ES512","typ":"JWT"}""";
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Claims(random, request)))}";
        var key = keys[random.Next(20) == 0 ? 1 : 0];
        request.Lines.Add(("AUTHORIZATION", $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}"));
        if (clientKey is not null && random.Next(20) > 0)
            request.Lines.Add(("API-CLIENT-KEY", random.Next(20) == 0 ? "another" : clientKey));
        return request;
    }

    private string Claims(Random random, FuzzRequest request)
    {
        List<string> claims =
        [
            $"\"payload_md5\":\"{Hash(random, request.Body)}\"",
            $"\"timestamp\":\"{Time(random, request.Now)}\"",
            random.Next(30) == 0 ? "\"method\":\"post\"" : "\"method\":\"POST\"",
            $"\"uri\":\"{(random.Next(30) == 0 ? path + "/" : path)}\"",
        ];
        if (random.Next(30) == 0)
            claims.RemoveAt(random.Next(claims.Count));
        if (random.Next(30) == 0)
            claims.Add(claims[random.Next(claims.Count)]);
        if (random.Next(30) == 0)
            claims[random.Next(claims.Count)] = "\"uri\":[]";
        if (random.Next(20) == 0)
            claims.Add($"\"pad\":\"{new string('p', random.Next(2) == 0 ? 3000 : 7000)}\"");
        if (random.Next(5) == 0)
            claims.Insert(random.Next(claims.Count), OwnTime(random, request.Now.ToUnixTimeSeconds()));
        return "{" + string.Join(random.Next(2) == 0 ? "," : ", ", claims) + "}";
    }

    private static string OwnTime(Random random, long now)
    {
        var name = random.Next(2) == 0 ? "exp" : "nbf";
        var odd = random.Next(10) switch { 0 => "null", 1 => "\"1790000000\"", 2 => "1e400", 3 => "[1]", _ => null };
        return $"\"{name}\":" + (odd ?? (now + (random.Next(9) / 2.0) - 2).ToString(CultureInfo.InvariantCulture));
    }

    private static string Time(Random random, DateTimeOffset now)
    {
        // Written in microseconds, so that the edges are at them.
        var exact = now.AddTicks(-(now.Ticks % 10));
        var time = random.Next(12) switch
        {
            0 => exact.AddMinutes(-5),
            1 => exact.AddMinutes(-5).AddMicroseconds(-1),
            2 => exact.AddMinutes(5),
            3 => exact.AddMinutes(5).AddMicroseconds(1),
            _ => exact.AddSeconds(random.Next(-299, 299)),
        };
        var text = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        return random.Next(60) switch
        {
            0 => text,
            1 => text + "z",
            2 => text + "+00:00",
            3 => text + "0Z",
            4 => text[..19] + "Z",
            5 => text[..19] + ".Z",
            6 => text[..21] + "Z",
            7 => text.Replace('T', ' ') + "Z",
            8 => text[..5] + "13" + text[7..] + "Z",
            _ => text + "Z",
        };
    }

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech's documents say so.")]
    private static string Hash(Random random, byte[] body)
    {
        var hashed = random.Next(3) switch { 0 => PythonDump.Of(body) ?? body, _ => body };
        var hash = Convert.ToHexStringLower(MD5.HashData(random.Next(20) == 0 ? [.. hashed, 1] : hashed));
        return random.Next(20) switch { 0 => hash.ToUpperInvariant(), 1 => hash[..30], 2 => "zz" + hash[2..], _ => hash };
    }
}
