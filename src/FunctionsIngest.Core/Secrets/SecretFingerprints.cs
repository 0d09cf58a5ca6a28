using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Keys;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Finds secrets of different names with the same value: a webhook of one source could be sent to the other. It keeps
/// fingerprints and no value. They are made with a key that this process alone has, and are shown nowhere.
/// </summary>
internal sealed partial class SecretFingerprints(ILogger<SecretFingerprints> logger)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, HashSet<string>> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<(string, string)> _told = [];
    private readonly Lock _lock = new();

    /// <summary>Notes what a read of a secret has found, and warns once of each other with the same value.</summary>
    /// <param name="name">The secret's name.</param>
    /// <param name="texts">Its texts in force.</param>
    public void Note(string name, IEnumerable<string> texts)
    {
        var prints = texts.Select(SecretText.Trim).Where(text => text.Length > 0).Select(Print).ToHashSet(StringComparer.Ordinal);
        lock (_lock)
        {
            _known[name] = prints;
            foreach (var (other, othersPrints) in _known.OrderBy(known => known.Key, StringComparer.OrdinalIgnoreCase))
            {
                if (string.Equals(other, name, StringComparison.OrdinalIgnoreCase) || !prints.Overlaps(othersPrints))
                    continue;

                var (first, second) = string.Compare(name, other, StringComparison.OrdinalIgnoreCase) < 0 ? (name, other) : (other, name);
                if (_told.Add((first, second)))
                    Log.SameValue(logger, first, second);
            }
        }
    }

    private string Print(string text) => Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The secrets '{First}' and '{Second}' have the same value, so a webhook of one could be sent to the other. Have each sender make a secret of its own.")]
        public static partial void SameValue(ILogger logger, string first, string second);
    }
}
