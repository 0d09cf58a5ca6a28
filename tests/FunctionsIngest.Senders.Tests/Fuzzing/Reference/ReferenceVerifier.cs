using System.Globalization;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>
/// Says whether a request is genuine, by the senders' documents and this product's, with no code of the product.
/// Slow and plain on purpose.
/// </summary>
/// <param name="rules">How the sender signs.</param>
/// <param name="keys">All keys that there are.</param>
internal sealed class ReferenceVerifier(ReferenceRules rules, IReadOnlyList<ReferenceKey> keys)
{
    private const int MaxOffers = 16;
    private const int MaxKeys = 8;
    private const int MaxIdLength = 1024;

    /// <returns>Null if the request is refused.</returns>
    public ReferenceWebhook? Verify(FuzzRequest request)
    {
        string? type = null;
        if (rules.TypeHeader is not null && !ReferenceHeader.TryReadOne(request.Of(rules.TypeHeader), out type))
            return null;

        var lines = request.Of(rules.SignatureHeader);
        if (!(rules.IsToken || rules.Separator.Length > 0 ? ReferenceHeader.TryReadLine(lines, out var line) : ReferenceHeader.TryReadOne(lines, out line)) || line is null)
            return null;

        var tried = request.Keys.Take(MaxKeys).Select(key => keys[key]).ToArray();
        if (rules.IsToken)
            return Array.Exists(tried, key => ReferenceHeader.UnitsOf(line).Any(unit => BytesOf(unit).AsSpan().SequenceEqual(key.Sign([])))) ? new(request.Body) { HeaderType = type } : null;

        if (ItemsOf(line) is not { } items || !TryReadTime(request, items, out var time) || !TryReadId(request, out var id))
            return null;

        var offers = items
            .Select(item => (Item: item, Prefix: rules.Prefixes.FirstOrDefault(prefix => item.StartsWith(prefix, StringComparison.Ordinal))))
            .Where(offer => offer.Prefix is not null)
            .Select(offer => (offer.Prefix, Signature: Decode(offer.Item[offer.Prefix!.Length..])))
            .ToArray();
        if (offers.Length > MaxOffers)
            return null;

        var content = rules.Content(request, id ?? "", time ?? "");
        if (!offers.Any(offer => offer.Signature is not null && Array.Exists(tried, key => key.Prefix == offer.Prefix && key.Verifies(content, offer.Signature))))
            return null;

        return new(request.Body) { Id = id, Address = rules.SignsAddress ? (request.Method, request.Path) : null, HeaderType = type };
    }

    /// <summary>A time as the senders write it, or null: a whole number without anything before or behind it.</summary>
    private static long? ParseTime(string text, TimeSpan unit)
        => text.Length is > 0 and < 19 && text.All(char.IsAsciiDigit) && (text == "0" || text[0] != '0')
            && long.Parse(text, CultureInfo.InvariantCulture) is var value && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / (long)unit.TotalMilliseconds
            ? value
            : null;

    /// <summary>The items of the header; null if it has two values that must not differ.</summary>
    private string[]? ItemsOf(string line)
    {
        if (rules.Separator.Length == 0)
            return [line];

        // Blanks around an item do not count.
        var unit = ReferenceHeader.UnitsOf(line).First();
        var items = unit.Split(rules.Separator[0]).Select(item => item.Trim(' ')).ToArray();
        if (rules.Separator != ", ")
            return ReferenceHeader.IsJoined(unit) ? null : items;

        // A joined header looks like the sender's own, so all its signatures are one.
        return items.Where(item => rules.Prefixes.Any(prefix => item.StartsWith(prefix, StringComparison.Ordinal))).Distinct(StringComparer.Ordinal).Count() <= 1 ? items : null;
    }

    private bool TryReadTime(FuzzRequest request, string[] items, out string? text)
    {
        text = null;
        if (rules.TimeHeader is null && rules.TimePrefix is null)
            return true;

        if (rules.TimeHeader is not null)
        {
            if (!ReferenceHeader.TryReadOne(request.Of(rules.TimeHeader), out text))
                return false;
        }
        else
        {
            var times = items.Where(item => item.StartsWith(rules.TimePrefix!, StringComparison.Ordinal)).ToArray();
            text = times.Length == 1 ? times[0][rules.TimePrefix!.Length..] : null;
        }

        if (text is null || ParseTime(text, rules.TimeUnit) is not { } time)
            return false;

        var now = (request.Now - DateTimeOffset.UnixEpoch).Ticks / rules.TimeUnit.Ticks;
        return now - time <= (long)(rules.Past / rules.TimeUnit) && time - now <= (long)(rules.Future / rules.TimeUnit);
    }

    private bool TryReadId(FuzzRequest request, out string? id)
    {
        id = null;
        return rules.IdHeader is null
            || (ReferenceHeader.TryReadOne(request.Of(rules.IdHeader), out id)
                && id is { Length: >= 1 and <= MaxIdLength }
                && id.All(character => character is > ' ' and < '\u007f' and not '.'));
    }

    private byte[]? Decode(string text)
    {
        try
        {
            // Each value has one text, so it is written again and compared.
            var bytes = rules.IsBase64 ? Convert.FromBase64String(text) : Convert.FromHexString(text);
            return (rules.IsBase64 ? Convert.ToBase64String(bytes) == text : bytes.Length > 0) ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>A header's characters are its bytes, unless a server has read them as UTF-8.</summary>
    private static byte[] BytesOf(string text) => text.All(character => character <= '\u00ff') ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
}
