using System.Globalization;
using System.Text;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>Makes requests as a sender signs them, with everything odd that can be signed.</summary>
/// <param name="rules">How the sender signs.</param>
/// <param name="keys">All keys that there are.</param>
internal sealed class FuzzSender(ReferenceRules rules, IReadOnlyList<ReferenceKey> keys)
{
    private static readonly string[] OddIds = ["", ".", "msg.1", "msg 1", "msg\u007f", "msgé", "消息", "a,b", "a, a", "é,é", "!~"];
    private static readonly string[] Paths = ["/webhooks/tested", "/webhooks/tested/", "/Webhooks/tested", "/", "/é", "/a b"];
    private static readonly string[] Methods = ["POST", "PUT", "post", "GET"];

    public FuzzRequest Make(Random random)
    {
        var request = new FuzzRequest { Body = FuzzBody.Make(random), Now = DateTimeOffset.UnixEpoch.AddTicks((1_790_000_000 * TimeSpan.TicksPerSecond) + random.NextInt64(TimeSpan.TicksPerDay)) };
        if (random.Next(10) == 0)
            (request.Method, request.Path) = (Methods[random.Next(Methods.Length)], Paths[random.Next(Paths.Length)]);

        var time = rules.TimeHeader is null && rules.TimePrefix is null ? "" : Time(random, request.Now);
        var id = rules.IdHeader is null ? "" : Id(random);
        var key = random.Next(20) == 0 ? keys[random.Next(keys.Count)] : keys[0];
        var signature = key.Prefix + Encode(random, key.Sign(rules.Content(request, id, time)));
        if (rules.IsToken)
            signature = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(key.Secret));

        request.Lines.Add((rules.SignatureHeader, rules.Separator.Length == 0 ? signature : List(random, signature, time)));
        if (rules.TimeHeader is not null)
            request.Lines.Add((rules.TimeHeader, time));
        if (rules.IdHeader is not null)
            request.Lines.Add((rules.IdHeader, id));
        return request;
    }

    private string Time(Random random, DateTimeOffset now)
    {
        var units = (now - DateTimeOffset.UnixEpoch).Ticks / rules.TimeUnit.Ticks;
        var past = (long)(rules.Past / rules.TimeUnit);
        var future = (long)(rules.Future / rules.TimeUnit);
        var time = random.Next(12) switch
        {
            0 => units - past,
            1 => units - past - 1,
            2 => units + future,
            3 => units + future + 1,
            _ => units - random.NextInt64(-future, past),
        };
        var text = time.ToString(CultureInfo.InvariantCulture);
        return random.Next(200) switch
        {
            0 => "+" + text,
            1 => "0" + text,
            2 => text + ".0",
            3 => text + "é",
            4 => "-" + text,
            5 => "",
            6 => "0",
            7 => "253402300800",
            8 => "9223372036854775808",
            9 => text + "000",
            10 => text[..^3] + "," + text[^3..],
            11 => "１" + text[1..],
            12 => text + " 0",
            13 => "1.79e9",
            14 => now.UtcDateTime.ToString("s", CultureInfo.InvariantCulture),
            15 => "99999999999999999999999",
            _ => text,
        };
    }

    private static string Id(Random random) => random.Next(40) switch
    {
        0 => OddIds[random.Next(OddIds.Length)],
        1 => "m",
        2 => new string('m', 1024),
        3 => new string('m', 1025),
        _ => "msg_" + random.Next(50).ToString(CultureInfo.InvariantCulture),
    };

    private string Encode(Random random, byte[] signature)
    {
        if (rules.IsBase64)
            return Convert.ToBase64String(signature);
        return random.Next(20) == 0 ? Convert.ToHexString(signature) : Convert.ToHexStringLower(signature);
    }

    /// <summary>A list of items, mostly the signature alone, sometimes with others before and behind it.</summary>
    private string List(Random random, string signature, string time)
    {
        List<string> items = [signature];
        if (random.Next(3) == 0)
        {
            var count = random.Next(6) == 0 ? random.Next(14, 19) : random.Next(1, 4);
            for (var i = 0; i < count; i++)
                items.Insert(random.Next(items.Count + 1), Other(random, signature));
        }

        if (rules.TimePrefix is not null)
            items.Insert(random.Next(8) == 0 ? random.Next(items.Count + 1) : 0, rules.TimePrefix + time);
        return string.Join(rules.Separator, items);
    }

    private string Other(Random random, string signature)
    {
        var prefix = rules.Prefixes[random.Next(rules.Prefixes.Count)];
        var noise = new byte[random.Next(4) == 0 ? 5 : 32];
        random.NextBytes(noise);
        return random.Next(8) switch
        {
            0 => "v2" + signature[prefix.Length..],
            1 => prefix,
            2 => prefix + "!",
            3 => signature,
            4 => "",
            _ => prefix + Encode(random, noise),
        };
    }
}
