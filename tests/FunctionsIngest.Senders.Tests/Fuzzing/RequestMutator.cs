using System.Globalization;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>Changes a signed request on its way: by attack, by a proxy that joins lines, or by time.</summary>
/// <param name="rules">Names the headers that matter.</param>
/// <param name="keyCount">How many keys there are.</param>
/// <param name="others">Headers that matter and that the rules do not name.</param>
internal sealed class RequestMutator(ReferenceRules rules, int keyCount, params string[] others)
{
    private static readonly string[] Inserted = [",", ", ", " ", "\t", "=", "é", "\u0080", "a", "A", "0", "/", ".", "v1,", "t=", "\u007f", "消", ";", "-", "_"];
    private static readonly string[] CustomTypes = ["listed.here", "invented", "invented again", "", "é", "消息", ", ,", "push\u007f"];
    private readonly string[] _names = [.. new[] { rules.SignatureHeader, rules.TimeHeader, rules.IdHeader, rules.TypeHeader }.OfType<string>(), .. others];

    public FuzzRequest Mutate(Random random, FuzzRequest request)
    {
        AddUnsigned(random, request);
        if (random.Next(3) == 0)
            request.Pointers = random.Next(2) == 0 ? ["/data/id"] : ["/a", "/b/0"];
        if (random.Next(3) == 0)
            request.ListedTypes = ["listed.here"];
        for (var i = random.Next(5) - 2; i > 0; i--)
            Change(random, request);

        // A server takes the blanks around a line away.
        for (var i = 0; i < request.Lines.Count; i++)
            request.Lines[i] = (request.Lines[i].Name, request.Lines[i].Value.Trim(' ', '\t'));
        return request;
    }

    /// <summary>Makes a request that is refused before anything is computed, unless its header is a list.</summary>
    public static FuzzRequest Break(Random random, FuzzRequest request, string header)
    {
        var index = request.Lines.FindIndex(line => line.Name == header);
        if (index < 0)
            return request;
        var value = request.Lines[index].Value;
        request.Lines[index] = (header, random.Next(3) switch
        {
            0 => value + "!",
            1 when value.Length > 0 => value[..^1],
            _ => value + "," + value + "A",
        });
        return request;
    }

    /// <summary>Headers that no signature covers.</summary>
    private void AddUnsigned(Random random, FuzzRequest request)
    {
        if (random.Next(4) == 0)
            request.Lines.Add(("Content-Encoding", random.Next(5) switch { 0 => "gzip", 1 => "br", 2 => "deflate", 3 => "zstd", _ => "nonsense, gzip" }));
        if (random.Next(8) == 0)
            request.Lines.Add(("X-Company", "Caf\u00e9"));
        if (rules.TypeHeader is not null && random.Next(5) > 0)
        {
            var type = random.Next(4) == 0 || rules.Types.Count == 0 ? CustomTypes[random.Next(CustomTypes.Length)] : rules.Types[random.Next(rules.Types.Count)];
            request.Lines.Add((rules.TypeHeader, random.Next(50) == 0 ? new string('t', random.Next(256, 258)) : type));
        }
    }

    private void Change(Random random, FuzzRequest request)
    {
        switch (random.Next(16))
        {
            case 0:
                request.Body = FuzzBody.Mutate(random, request.Body);
                break;
            case 1:
                request.Path = random.Next(2) == 0 ? request.Path + "/" : "/webhooks/other";
                break;
            case 2:
                request.Method = request.Method == "POST" ? "PUT" : "POST";
                break;
            case 3:
                request.Now += random.Next(4) switch { 0 => TimeSpan.FromTicks(1), 1 => TimeSpan.FromTicks(-1), 2 => TimeSpan.FromSeconds(1), _ => TimeSpan.FromSeconds(-1) };
                break;
            case 4:
                ChangeKeys(random, request);
                break;
            case 5 when request.Lines.Count > 1:
                (request.Lines[0], request.Lines[^1]) = (request.Lines[^1], request.Lines[0]);
                break;
            default:
                ChangeHeader(random, request);
                break;
        }
    }

    private void ChangeKeys(Random random, FuzzRequest request)
    {
        var wrong = Enumerable.Range(1, keyCount - 1).ToArray();
        request.Keys = random.Next(8) switch
        {
            0 => [],
            1 => [1],
            2 => [.. wrong.Take(7), 0],
            3 => [.. wrong.Take(8), 0],
            4 => [0, 0],
            _ => [1, 0],
        };
    }

    private void ChangeHeader(Random random, FuzzRequest request)
    {
        var name = _names[random.Next(_names.Length)];
        var index = request.Lines.FindIndex(line => line.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
            return;

        var value = request.Lines[index].Value;
        var at = random.Next(value.Length + 1);
        var other = Other(random, value, at);
        string[] values = random.Next(20) switch
        {
            0 => [],
            1 => [""],
            2 or 3 => [value, value],
            4 => [value, other],
            5 => [other, value],
            6 => [value, ""],
            7 or 8 => [$"{value}, {value}"],
            9 or 10 => [$"{value},{value}"],
            11 => [$"{value}, {value},{value}"],
            12 => [$"{value}, {other}"],
            13 => [$"{other}, {value}"],
            14 => [$"{value},{other}"],
            15 => [$"{other},{value}"],
            16 => [value, $"{value}, {value}"],
            _ => [other],
        };
        request.Lines.RemoveAt(index);
        var written = random.Next(5) == 0 ? name.ToUpper(CultureInfo.InvariantCulture) : name;
        request.Lines.InsertRange(index, values.Select(text => (written, text)));
    }

    private static string Other(Random random, string value, int at) => random.Next(8) switch
    {
        0 when at < value.Length => value.Remove(at, 1),
        1 when at < value.Length => value[..at] + (char)(value[at] ^ (1 << random.Next(5))) + value[(at + 1)..],
        2 when at < value.Length => value[..at] + (char.IsUpper(value[at]) ? char.ToLowerInvariant(value[at]) : char.ToUpperInvariant(value[at])) + value[(at + 1)..],
        3 => value[..at],
        4 => value[at..],
        5 when value.Length > 10 => value[..^10] + (value[^10] == 'a' ? 'b' : 'a') + value[^9..],
        _ => value.Insert(at, Inserted[random.Next(Inserted.Length)]),
    };
}
