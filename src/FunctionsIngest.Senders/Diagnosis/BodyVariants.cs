using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What a body may have been before something on its way changed it.</summary>
internal static class BodyVariants
{
    // The largest body that the app can be told to take.
    private const int MaxInflatedBytes = 100 * 1024 * 1024;

    // Up to this size two things at once are undone: some hundred variants of the body.
    private const int MaxBytesForTwo = 16 * 1024;

    private const string Rewritten = "The body was parsed and written again:";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The body as it came, then as it was before one thing happened to it, then before two; each other than all before
    /// it.
    /// </summary>
    public static List<Variant<byte[]>> Of(byte[] body)
    {
        var variants = new List<Variant<byte[]>> { new(body) };
        var seen = new HashSet<string>(StringComparer.Ordinal) { KeyOf(body) };
        Undo(body, (changed, cause) => Add(changed, cause));
        foreach (var one in variants.Skip(1).Where(one => one.Value.Length is > 0 and <= MaxBytesForTwo).ToList())
            Undo(one.Value, (changed, cause) => Add(changed, [.. one.Causes, cause]));
        return variants;

        void Add(byte[] changed, params string[] causes)
        {
            if (seen.Add(KeyOf(changed)))
                variants.Add(new(changed, causes));
        }
    }

    /// <summary>Whether a cause is that the body was parsed and written again.</summary>
    public static bool IsReserialisation(string cause) => cause.StartsWith(Rewritten, StringComparison.Ordinal);

    private static string KeyOf(byte[] body) => Convert.ToHexString(SHA256.HashData(body));

    private static void Undo(byte[] body, Action<byte[], string> add)
    {
        AddBytes(body, add);
        if (TryDecode(body) is not { } text)
            return;

        AddText(text, (changed, cause) => add(Encoding.UTF8.GetBytes(changed), cause));
        AddEncodings(text, add);
        AddJson(text, add);
    }

    private static void AddBytes(byte[] body, Action<byte[], string> add)
    {
        add([.. body, (byte)'\n'], "The body has lost its last newline: it was signed with one at its end.");
        add([.. body, (byte)'\r', (byte)'\n'], "The body has lost its last newline (CR LF): it was signed with one at its end.");
        add([.. Encoding.UTF8.Preamble, .. body], "The body has lost its byte order mark: it was signed with one at its start.");
        if (body.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            add(body[Encoding.UTF8.Preamble.Length..], "A byte order mark was put before the body: it was signed without one.");
        foreach (var utf16 in new[] { Encoding.Unicode, Encoding.BigEndianUnicode }.Where(encoding => body.AsSpan().StartsWith(encoding.Preamble)))
            add(Encoding.UTF8.GetBytes(utf16.GetString(body, 2, body.Length - 2)), "The body is UTF-16 here, as Windows PowerShell writes files: it was signed as UTF-8.");
        foreach (var coding in ContentDecoder.Codings)
        {
            if (TryInflate(body, coding) is { Length: > 0 } inflated)
                add(inflated, $"The body is compressed ({coding}) and was signed before it was: set Compression to signed-before, and see that Content-Encoding names the coding.");
        }

        add([], "The signature is over an empty body: the sender, or whatever signs for it, read a body that had been read before.");
    }

    private static void AddText(string text, Action<string, string> add)
    {
        var lf = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        add(text.TrimEnd('\n', '\r'), "A newline was put at the body's end: it was signed without one.");
        add(text.Trim(), "Whitespace was put around the body: it was signed without it.");
        add(lf, "The body's line ends became CR LF: it was signed with LF.");
        add(lf.Replace("\n", "\r\n", StringComparison.Ordinal), "The body's line ends became LF: it was signed with CR LF.");
        add(lf.TrimEnd('\n'), "The body's line ends became CR LF, and one was put at its end: it was signed with LF and without the last one.");
        add(Uri.UnescapeDataString(text.Replace('+', ' ')), "The body was form-encoded on its way: it was signed before.");
    }

    private static void AddEncodings(string text, Action<byte[], string> add)
    {
        var buffer = new byte[text.Length];
        if (Convert.TryFromBase64String(text, buffer, out var written) && written > 0)
            add(buffer[..written], "The body was encoded as base64 on its way: it was signed before.");
        if (text.All(character => character <= '\xff'))
            add(Encoding.Latin1.GetBytes(text), "The body was read as Latin-1 and written as UTF-8: characters outside ASCII were encoded twice.");
        add(Encoding.Unicode.GetBytes(text), "The body was signed as UTF-16 and is UTF-8 here.");
    }

    private static void AddJson(string text, Action<byte[], string> add)
    {
        try
        {
            using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            if (json.RootElement.ValueKind == JsonValueKind.String)
                add(Encoding.UTF8.GetBytes(json.RootElement.GetString()!), "The body was written as a JSON string on its way: it was signed before.");
            foreach (var style in JsonStyle.All)
            {
                var rewritten = style.Write(json.RootElement);
                add(rewritten, Reserialised(style, ""));
                if (style.Indent is not null)
                {
                    add([.. rewritten, (byte)'\n'], Reserialised(style, ", with a newline at its end"));
                    add(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(rewritten).Replace("\n", "\r\n", StringComparison.Ordinal)), Reserialised(style, ", with CR LF"));
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON, so nothing has rewritten it as such. InvalidOperationException: half of a surrogate pair.
        }
    }

    private static string Reserialised(JsonStyle style, string detail)
        => $"{Rewritten} it was signed {style.Description}{detail}. Verify the bytes as they came, before anything parses them.";

    private static string? TryDecode(byte[] body)
    {
        try
        {
            return Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Undoes a content coding.</summary>
    /// <returns>The body as it was before; null if the coding is not known, or the body is not written in it.</returns>
    public static byte[]? TryInflate(byte[] body, string coding)
    {
        if (!ContentDecoder.TryOpen(ContentDecoder.NameOf(coding), body, ContentDecoder.MaxRatio, out var decoder))
            return null;

        using var opened = decoder;
        try
        {
            using var inflated = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (decoder.Read(buffer) is > 0 and var read && inflated.Length <= MaxInflatedBytes)
                inflated.Write(buffer, 0, read);
            return inflated.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
