using System.Text.RegularExpressions;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Knows texts that are put where a secret belongs and are none: everybody who has seen the sample could sign with
/// them. Random secrets are never such texts, or so seldom that it does not matter.
/// </summary>
internal static partial class Placeholder
{
    private const int MostDigits = 4;
    private const int MostLetters = 200;

    /// <summary>A text that is made of these words alone is a placeholder.</summary>
    private static readonly string[] Words =
    [
        "a", "an", "api", "bar", "baz", "change", "client", "default", "demo", "dummy", "enter", "example", "fake", "fill", "fixme", "foo", "here", "hook", "hmac",
        "in", "insert", "is", "it", "key", "long", "me", "my", "new", "none", "now", "null", "pass", "passwd", "password", "placeholder", "please", "private", "public", "put",
        "random", "redacted", "replace", "sample", "secret", "secure", "set", "shared", "signing", "some", "string", "super", "tbd", "test", "text", "the", "this", "to",
        "todo", "token", "top", "undefined", "value", "very", "webhook", "webhooks", "with", "xxx", "your",
    ];

    /// <summary>
    /// Secrets that documents print as examples: those of GitHub ("Validating webhook deliveries"), Slack ("Verifying
    /// requests from Slack"), and Standard Webhooks and Svix.
    /// </summary>
    private static readonly string[] Published = ["It's a Secret to Everybody", "8f742231b10e8888abcd99yyyzzz85a5", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];

    /// <summary>Says whether a text is a placeholder.</summary>
    /// <param name="text">The secret's text; whitespace around it does not count.</param>
    /// <returns>Null, or what it is, without a character of it.</returns>
    public static string? Find(string text)
    {
        text = SecretText.Trim(text);
        if (Published.Contains(text, StringComparer.Ordinal))
            return "it is an example from a sender's document, which everybody can read";

        text = Prefix().Replace(text, "");
        return Frame().IsMatch(text) || IsMonotonous(text) || IsCount(text) || IsWords(text) ? "it is a placeholder, and no secret" : null;
    }

    // Such as xxxxxxxx-xxxx-xxxx and ********.
    private static bool IsMonotonous(string text) => text.Length > 0 && text.Distinct().Count() <= (text.Length < 8 ? 1 : 2);

    // Such as 0123456789abcdef and abcdefghijklmnop: nearly each character is the one after the character before it.
    private static bool IsCount(string text)
    {
        var breaks = 0;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != text[i - 1] + 1)
                breaks++;
        }

        return text.Length >= 8 && breaks * 8 <= text.Length;
    }

    // Such as my-webhook-secret-123, ChangeMe and "replace this with your secret".
    private static bool IsWords(string text)
    {
        var letters = string.Concat(text.Where(char.IsAsciiLetter)).ToLowerInvariant();
        if (letters.Length is 0 or > MostLetters || text.Count(char.IsAsciiDigit) > MostDigits || text.Any(character => char.IsLetter(character) && !char.IsAscii(character)))
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

    // In brackets, a variable that was not replaced (of a shell, of Windows, of a pipeline), a reference of App Service
    // that did not resolve, and your_…_secret.
    [GeneratedRegex(@"^(<.*>|\$\{.*\}|\$\(.*\)|#\{.*\}#?|%\w+%|@Microsoft\..*|your[-_. ].*)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Frame();
}
