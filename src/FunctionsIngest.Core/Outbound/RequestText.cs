using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Outbound;

/// <summary>A webhook in writing: as it goes over the wire, or as a line for a shell.</summary>
internal static class RequestText
{
    // Every shell takes these as they are, without quotes.
    private static readonly SearchValues<char> Plain = SearchValues.Create("%+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    /// <summary>The request as it is sent.</summary>
    public static string Http(SignedWebhook webhook)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"POST {webhook.Url.PathAndQuery} HTTP/1.1\nHost: {webhook.Url.Authority}\n");
        foreach (var (name, value) in Headers(webhook))
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        text.Append(CultureInfo.InvariantCulture, $"Content-Length: {webhook.Body.Length}\n\n{(IsCopyable(webhook.Body) ? Body(webhook.Body) : Base64(webhook.Body))}");
        return text.ToString();
    }

    /// <summary>A line that sends the same request with curl.</summary>
    public static string Curl(SignedWebhook webhook)
    {
        var isText = IsCopyable(webhook.Body);
        var text = new StringBuilder();
        if (!isText)
            text.Append(CultureInfo.InvariantCulture, $"echo {Convert.ToBase64String(webhook.Body)} | base64 -d | ");
        text.Append("curl");
        foreach (var (name, value) in Headers(webhook))
            text.Append(CultureInfo.InvariantCulture, $" -H {Quote($"{name}: {value}")}");
        text.Append(isText ? $" --data-raw {Quote(Encoding.UTF8.GetString(webhook.Body))}" : " --data-binary @-");
        text.Append(CultureInfo.InvariantCulture, $" {Quote(webhook.Url.ToString())}");
        return text.ToString();
    }

    /// <summary>A body to look at; bytes that are no text, as base64.</summary>
    public static string Body(byte[] body) => IsText(body) ? Encoding.UTF8.GetString(body) : Base64(body);

    /// <summary>Every header but Host and Content-Length.</summary>
    public static IEnumerable<(string Name, string Value)> Headers(SignedWebhook webhook)
        => webhook.Headers.SelectMany(header => header.Value, (header, value) => (header.Key, value ?? "")).Prepend(("Content-Type", SignedWebhook.ContentType));

    /// <summary>Whether a body can be shown as it is.</summary>
    public static bool IsText(byte[] body) => Utf8.IsValid(body) && !body.Any(character => character < ' ' && character is not ((byte)'\n' or (byte)'\r' or (byte)'\t'));

    /// <summary>
    /// Whether a body is seen as it is and can be copied from a screen. Characters that turn the direction of writing,
    /// or act on a terminal, cannot.
    /// </summary>
    public static bool IsCopyable(byte[] body)
        => IsText(body) && !Encoding.UTF8.GetString(body).EnumerateRunes().Any(rune => rune.Value is not ('\n' or '\r' or '\t') && Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static string Base64(byte[] body) => string.Create(CultureInfo.InvariantCulture, $"({body.Length} bytes, as base64) {Convert.ToBase64String(body)}");

    private static string Quote(string text)
        => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
