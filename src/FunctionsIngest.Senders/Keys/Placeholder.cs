using System.Text.RegularExpressions;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Knows texts that are put where a secret belongs and are none: everybody who has seen the sample could sign with
/// them. Random secrets are never such texts, or so seldom that it does not matter.
/// </summary>
internal static partial class Placeholder
{
    private const int MostDigits = 4;
    private const int MostRepeated = 8;
    private const int MostLetters = 200;

    /// <summary>A text that is made of these words alone is a placeholder.</summary>
    private static readonly string[] Words =
    [
        "a", "an", "api", "asdfghjkl", "bar", "baz", "change", "client", "default", "demo", "dev", "development", "do", "dummy", "enter", "example",
        "fake", "fill", "fixme", "foo", "here", "hmac", "hook", "in", "insert", "is", "it", "key", "long", "me", "my", "new", "none", "not", "now",
        "null", "pass", "passwd", "password", "paste", "placeholder", "please", "private", "prod", "production", "public", "put", "qwerty",
        "qwertyuiop", "random", "real", "redacted", "replace", "sample", "secret", "secure", "set", "shared", "signing", "some", "string", "super",
        "tbd", "test", "text", "the", "this", "to", "todo", "token", "top", "undefined", "use", "value", "very", "webhook", "webhooks", "with", "xxx",
        "your", "zxcvbnm",
    ];

    /// <summary>
    /// Secrets that documents print as examples: those of GitHub ("Validating webhook deliveries"), Slack ("Verifying
    /// requests from Slack"), and Standard Webhooks and Svix, without its prefix.
    /// </summary>
    private static readonly string[] Published = ["It's a Secret to Everybody", "8f742231b10e8888abcd99yyyzzz85a5", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];

    /// <summary>Says whether a text is a placeholder.</summary>
    /// <param name="text">The secret's text; whitespace around it does not count.</param>
    /// <returns>Null, or what it is, without a character of it.</returns>
    public static string? Find(string text)
    {
        text = Prefix().Replace(SecretText.Trim(text), "");
        if (Published.Contains(text, StringComparer.Ordinal))
            return "it is an example from a sender's document, which everybody can read";

        var piece = PieceOf(text);
        var isRepeated = piece.Length < text.Length && piece.Length <= MostRepeated;
        return isRepeated || Frame().IsMatch(text) || IsMonotonous(text) || IsCount(piece) || IsWords(piece) ? "it is a placeholder, and no secret" : null;
    }

    // Such as xxxxxxxx-xxxx-xxxx and ********.
    private static bool IsMonotonous(string text) => text.Length > 0 && text.Distinct().Count() <= (text.Length < 8 ? 1 : 2);

    // Such as deadbeefdeadbeef: what the text repeats from its start to its end, or the text itself.
    private static string PieceOf(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.AsSpan(length).SequenceEqual(text.AsSpan(0, text.Length - length)))
                return text[..length];
        }

        return text;
    }

    // Such as 0123456789abcdef, fedcba9876543210 and 00112233: nearly each character is beside the one before it.
    private static bool IsCount(string text, int least = 8)
    {
        var breaks = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (Math.Abs(text[i] - text[i - 1]) > 1)
                breaks++;
        }

        return text.Length >= least && breaks * 8 <= text.Length;
    }

    // Such as my-webhook-secret-123, ChangeMe and "replace this with your secret".
    private static bool IsWords(string text)
    {
        var letters = string.Concat(text.Where(char.IsAsciiLetter)).ToLowerInvariant();
        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (letters.Length is 0 or > MostLetters || (digits.Length > MostDigits && !IsCount(digits, least: 0)) || text.Any(character => char.IsLetter(character) && !char.IsAscii(character)))
            return false;

        // Whether the letters before each place are words.
        var reached = new bool[letters.Length + 1];
        reached[0] = true;
        for (var i = 0; i < letters.Length; i++)
        {
            foreach (var word in Words)
            {
                if (reached[i] && letters.AsSpan(i).StartsWith(word))
                    reached[i + word.Length] = true;
            }
        }

        return reached[^1];
    }

    [GeneratedRegex("^(whsec_|whpk_|whsk_)", RegexOptions.CultureInvariant)]
    private static partial Regex Prefix();

    // In brackets, a variable that was not replaced (of a template, of a shell, of Windows, of a pipeline), a reference
    // of App Service that did not resolve, your_…_secret, and the name of a variable.
    [GeneratedRegex(@"^(<.*>|\{\{.*\}\}|\$\{.*\}|\$\(.*\)|#\{.*\}#?|%\w+%|@Microsoft\..*|your[-_. ].*|(?-i:[A-Z]+(_[A-Z]+)*_(SECRET|KEY|TOKEN)))\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Frame();
}
