using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>Walks the signatures of known versions in a signature header, without allocating.</summary>
/// <param name="definition">Whose header it is.</param>
/// <param name="header">The header's value.</param>
internal ref struct OfferEnumerator(SchemeDefinition definition, ReadOnlySpan<char> header)
{
    private ReadOnlySpan<char> _rest = header;
    private bool _ended;

    /// <summary>The current signature's algorithm.</summary>
    public SignatureAlgorithm Algorithm { get; private set; }

    /// <summary>The current signature, still encoded.</summary>
    public ReadOnlySpan<char> Text { get; private set; }

    /// <summary>Moves to the next item that has one of the prefixes.</summary>
    public bool MoveNext()
    {
        while (TryTakeItem(out var item))
        {
            for (var i = 0; i < definition.Versions.Count; i++)
            {
                var version = definition.Versions[i];
                if (!item.StartsWith(version.Prefix, StringComparison.Ordinal))
                    continue;

                Algorithm = version.Algorithm;
                Text = item[version.Prefix.Length..];
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds the timestamp among the items.</summary>
    /// <returns><see cref="VerificationResult.Verified"/> if there is one value, else what is wrong.</returns>
    public static VerificationResult FindTimestamp(SchemeDefinition definition, ReadOnlySpan<char> header, out ReadOnlySpan<char> timestamp)
    {
        timestamp = default;
        var found = false;
        var items = new OfferEnumerator(definition, header);
        while (items.TryTakeItem(out var item))
        {
            if (!item.StartsWith(definition.TimestampPrefix, StringComparison.Ordinal))
                continue;

            var value = item[definition.TimestampPrefix!.Length..];
            // Two times are two headers that a proxy has joined.
            if (found)
                return VerificationResult.HeaderAmbiguous;

            timestamp = value;
            found = true;
        }

        return found ? VerificationResult.Verified : VerificationResult.TimestampMalformed;
    }

    private bool TryTakeItem(out ReadOnlySpan<char> item)
    {
        if (_ended)
        {
            item = default;
            return false;
        }

        var end = definition.Separator is { } separator ? _rest.IndexOf(separator) : -1;
        item = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        _ended = end < 0;
        if (definition.Separator is not null)
            item = item.Trim(' ');
        return true;
    }
}
