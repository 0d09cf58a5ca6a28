using System.Text.RegularExpressions;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>The bytes that a request may mean as its signature.</summary>
internal static partial class SignatureVariants
{
    private const int LeastBytes = 8;

    /// <summary>The signatures that the scheme would look at, then those elsewhere or in another form.</summary>
    public static List<Variant<byte[]>> Of(SchemeDefinition definition, IHeaderDictionary headers)
        => [.. from text in HeaderVariants.Of(headers, definition.Header, "signature", isSingle: definition.Separator is null)
               from item in Items(definition, text)
               from offer in Offers(definition, item)
               from decoded in Decode(definition, offer)
               where decoded.Value.Length >= LeastBytes
               orderby decoded.Cost
               select decoded];

    private static IEnumerable<Variant<string>> Items(SchemeDefinition definition, Variant<string> header)
    {
        if (definition.Separator is not { } separator)
            return [header];

        return header.Value.Split(separator).Select(item => new Variant<string>(item.Trim(' '), header.Causes));
    }

    private static IEnumerable<Variant<string>> Offers(SchemeDefinition definition, Variant<string> item)
    {
        foreach (var version in definition.Versions)
        {
            if (item.Value.StartsWith(version.Prefix, StringComparison.Ordinal))
                yield return item with { Value = item.Value[version.Prefix.Length..] };
        }

        var prefixes = string.Join(" or ", definition.Versions.Select(version => version.Prefix).Where(prefix => prefix.Length > 0).Select(prefix => $"'{prefix}'"));
        var unquoted = item.Value.Trim('"', '\'', ' ');
        if (unquoted != item.Value)
            yield return new(unquoted, [.. item.Causes, "The signature is in quotes or spaces."]);
        if (prefixes.Length > 0)
            yield return new(unquoted, [.. item.Causes, $"The signature lacks its prefix, {prefixes}."]);
        if (Label().Match(unquoted) is { Success: true } label)
        {
            yield return new(
                unquoted[label.Length..],
                [.. item.Causes, prefixes.Length == 0
                    ? $"'{label.Value}' is before the signature, and the scheme does not know this label."
                    : $"The signature is labelled '{label.Value}', a version that the scheme does not know: it knows {prefixes}."]);
        }
    }

    private static IEnumerable<Variant<byte[]>> Decode(SchemeDefinition definition, Variant<string> offer)
    {
        foreach (var encoding in (SignatureEncoding[])[definition.Encoding, SignatureEncoding.Hex, SignatureEncoding.Base64, SignatureEncoding.Base64Url])
        {
            var bytes = new byte[offer.Value.Length * 3];
            var length = 0;
            var isDecoded = encoding switch
            {
                SignatureEncoding.Hex => BinaryText.TryDecodeHex(offer.Value, bytes, out length),
                SignatureEncoding.Base64 => BinaryText.TryDecodeBase64(offer.Value.PadRight((offer.Value.Length + 3) / 4 * 4, '='), bytes, out length),
                SignatureEncoding.Base64Url => BinaryText.TryDecodeBase64Url(offer.Value.TrimEnd('='), bytes, out length),
                _ => System.Text.Encoding.UTF8.TryGetBytes(offer.Value, bytes, out length),
            };
            if (!isDecoded)
                continue;

            // The scheme decodes strictly, and so may have refused what is read here.
            var isStrict = encoding == definition.Encoding && (encoding != SignatureEncoding.Base64 || offer.Value.Length % 4 == 0);
            yield return isStrict
                ? new(bytes[..length], offer.Causes)
                : new(bytes[..length], [.. offer.Causes, encoding == definition.Encoding
                    ? "The signature lacks its padding (=)."
                    : $"The signature is written as {NameOf(encoding)}, and the scheme writes it as {NameOf(definition.Encoding)}."]);
        }
    }

    private static string NameOf(SignatureEncoding encoding) => encoding switch
    {
        SignatureEncoding.Hex => "hexadecimal digits",
        SignatureEncoding.Base64 => "base64",
        SignatureEncoding.Base64Url => "base64url",
        _ => "text",
    };

    [GeneratedRegex("^[A-Za-z0-9_-]{1,16}[=,:](?=.)")]
    private static partial Regex Label();
}
