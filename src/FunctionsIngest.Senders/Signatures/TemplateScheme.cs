using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>Executes a <see cref="SchemeDefinition"/>, both ways.</summary>
/// <param name="definition">How the sender signs.</param>
internal sealed class TemplateScheme(SchemeDefinition definition) : SignatureScheme
{
    // A larger body is not copied into one piece with what is signed beside it, unless the algorithm needs that.
    private const int MaxBytesCopied = 1024 * 1024 + 4096;

    private readonly bool _headerHasCommas = definition.Separator is not null || definition.IsToken
        || definition.Versions.Any(version => version.Prefix.Contains(',', StringComparison.Ordinal));

    private readonly SignatureVersion? _hmac = definition.Versions.FirstOrDefault(version => version.Algorithm.IsHmac());

    /// <summary>How the sender signs.</summary>
    public SchemeDefinition Definition => definition;

    /// <inheritdoc />
    public override string Name => definition.Name;

    /// <inheritdoc />
    public override Assurance Assurance { get; } = definition.Content.Covers(ContentPartKind.Body) && !definition.IsToken
        ? Assurance.Verified
        : Assurance.Authenticated;

    /// <inheritdoc />
    public override PayloadRules Payload => definition.Payload;

    /// <inheritdoc />
    public override string Refusal => definition.Refusal;

    /// <inheritdoc />
    public override TimeSpan PastTolerance => definition.HasTimestamp ? definition.PastTolerance : TimeSpan.Zero;

    /// <inheritdoc />
    public override bool SignsBeforeCompression => definition.SignsBeforeCompression;

    /// <inheritdoc />
    public override string? ParseKey(string secret, out VerificationKey? key)
        => definition.SecretFormat == SecretFormat.StandardWebhooks
            ? StandardWebhooksKey.Parse(secret, out key)
            : definition.Versions[0].Algorithm switch
            {
                SignatureAlgorithm.Token => TokenKey.Parse(secret, out key),
                SignatureAlgorithm.Ed25519 => Ed25519Key.Parse(secret, definition.SecretFormat, out key),
                SignatureAlgorithm.RsaSha256 => RsaKey.Parse(secret, definition.SecretFormat, out key),
                SignatureAlgorithm.EcdsaP256Sha256 => EcdsaKey.Parse(secret, SignatureAlgorithm.EcdsaP256Sha256, definition.SecretFormat, out key),
                _ => HmacKey.Parse(secret, definition.SecretFormat, definition.MinKeyLength, definition.MaxKeyLength, out key),
            };

    /// <inheritdoc />
    public override VerificationResult Verify(
        in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now, out VerifiedContent content)
    {
        content = default;
        var result = CheckHead(request, now, out var offered, out var id, out var timestamp);
        if (result != VerificationResult.Verified)
            return result;

        keys = keys[..Math.Min(keys.Length, VerificationKey.MaxPerSource)];
        result = Match(request, offered, id, timestamp, keys);
        if (result == VerificationResult.SignatureMismatch && definition.IsToken)
            result = Match(request, HeaderValue.Unjoin(offered), id, timestamp, keys);
        if (result != VerificationResult.Verified)
            return result;

        content = new VerifiedContent(request.Body)
        {
            Id = id.IsEmpty ? default : MemoryOf(request.Headers[definition.IdHeader!][0]!, id),
            Method = definition.Content.Covers(ContentPartKind.Method) ? request.Method : null,
            Path = definition.Content.Covers(ContentPartKind.Path) ? definition.PublicPath ?? request.Path : null,
            HasBody = definition.Content.Covers(ContentPartKind.Body),
        };
        return result;
    }

    /// <inheritdoc />
    protected override VerificationResult CheckSignatureHead(in SignedRequest request, DateTimeOffset now)
        => CheckHead(request, now, out _, out _, out _);

    private VerificationResult CheckHead(
        in SignedRequest request, DateTimeOffset now, out ReadOnlySpan<char> offered, out ReadOnlySpan<char> id, out ReadOnlySpan<char> timestamp)
    {
        id = default;
        timestamp = default;
        var result = ReadSignatureHeader(request.Headers, out offered);
        if (result != VerificationResult.Verified)
            return result;

        result = ReadId(request.Headers, out id);
        if (result != VerificationResult.Verified)
            return result;

        result = ReadTimestamp(request.Headers, offered, now, out timestamp);
        return result == VerificationResult.Verified ? CheckOffers(offered) : result;
    }

    private VerificationResult Match(
        in SignedRequest request, ReadOnlySpan<char> offered, ReadOnlySpan<char> id, ReadOnlySpan<char> timestamp, ReadOnlySpan<VerificationKey> keys)
    {
        Span<byte> macs = stackalloc byte[VerificationKey.MaxPerSource * SignatureAlgorithmExtensions.MaxMacLength];
        if (definition.Content.IsBodyAlone)
            return Match(offered, request.Body.Span, keys, macs[..ComputeMacs(request.Body.Span, keys, macs)]);

        var values = new ContentValues
        {
            Id = id,
            Timestamp = timestamp,
            Method = request.Method,
            Path = definition.PublicPath ?? request.Path,
            Body = request.Body.Span,
        };
        var length = definition.Content.Length(values);
        if (length > MaxBytesCopied && !HasAsymmetric(keys))
            return Match(offered, default, keys, macs[..ComputeMacs(values, keys, macs)]);

        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var content = rented.AsSpan(0, length);
            definition.Content.Write(values, content);
            return Match(offered, content, keys, macs[..ComputeMacs(content, keys, macs)]);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <inheritdoc />
    public override void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key)
    {
        var timestamp = UnixTimestamp.Count(webhook.Timestamp, definition.TimestampUnit).ToString(CultureInfo.InvariantCulture);
        var values = new ContentValues
        {
            Id = webhook.Id,
            Timestamp = timestamp,
            Method = webhook.Method,
            Path = definition.PublicPath ?? webhook.Path,
            Body = webhook.Body.Span,
        };
        var content = new byte[definition.Content.Length(values)];
        definition.Content.Write(values, content);

        var version = definition.Versions.FirstOrDefault(candidate => IsFor(key, candidate.Algorithm))
            ?? throw new InvalidOperationException($"The scheme {Name} does not sign with a key of this kind.");
        var signature = version.Prefix + Encode(key switch
        {
            HmacKey hmac => CryptographicOperations.HmacData(version.Algorithm.Hash(), hmac.Value, content),
            TokenKey token => token.Value,
            AsymmetricKey asymmetric => asymmetric.Sign(content),
            _ => [],
        });

        headers[definition.Header] = definition.TimestampPrefix is null ? signature : $"{definition.TimestampPrefix}{timestamp}{definition.Separator}{signature}";
        if (definition.TimestampHeader is not null)
            headers[definition.TimestampHeader] = timestamp;
        if (definition.IdHeader is not null)
            headers[definition.IdHeader] = webhook.Id;
    }

    /// <summary>The part of a header's text that a span shows, without a copy.</summary>
    private static ReadOnlyMemory<char> MemoryOf(string header, ReadOnlySpan<char> part)
        => header.AsSpan().Overlaps(part, out var offset) ? header.AsMemory(offset, part.Length) : part.ToString().AsMemory();

    private static bool HasAsymmetric(ReadOnlySpan<VerificationKey> keys)
    {
        foreach (var key in keys)
        {
            if (key is AsymmetricKey)
                return true;
        }

        return false;
    }

    private static bool IsFor(VerificationKey key, SignatureAlgorithm algorithm) => key switch
    {
        HmacKey => algorithm.IsHmac(),
        TokenKey => algorithm == SignatureAlgorithm.Token,
        AsymmetricKey asymmetric => asymmetric.Algorithm == algorithm,
        _ => false,
    };

    private VerificationResult ReadSignatureHeader(IHeaderDictionary headers, out ReadOnlySpan<char> value)
    {
        if (!_headerHasCommas)
            return HeaderValue.ReadOne(headers, definition.Header, out value);

        var result = HeaderValue.ReadWhole(headers, definition.Header, out value);
        // A token without a separator may be any text, so that only its comparison can tell.
        if (result != VerificationResult.Verified || (definition.IsToken && definition.Separator is null))
            return result;

        value = HeaderValue.Unjoin(value);
        return !definition.HasBlankBehindComma && HeaderValue.IsJoined(value) ? VerificationResult.HeaderAmbiguous : result;
    }

    private VerificationResult ReadId(IHeaderDictionary headers, out ReadOnlySpan<char> id)
    {
        id = default;
        if (!definition.Content.Covers(ContentPartKind.Id))
            return VerificationResult.Verified;

        var result = HeaderValue.ReadOne(headers, definition.IdHeader!, out id);
        return result == VerificationResult.Verified && !definition.Content.Accepts(id) ? VerificationResult.IdMalformed : result;
    }

    private VerificationResult ReadTimestamp(IHeaderDictionary headers, ReadOnlySpan<char> offered, DateTimeOffset now, out ReadOnlySpan<char> timestamp)
    {
        timestamp = default;
        if (!definition.HasTimestamp)
            return VerificationResult.Verified;

        var result = definition.TimestampHeader is null
            ? OfferEnumerator.FindTimestamp(definition, offered, out timestamp)
            : HeaderValue.ReadOne(headers, definition.TimestampHeader, out timestamp);
        if (result != VerificationResult.Verified)
            return result;

        return UnixTimestamp.TryParse(timestamp, definition.TimestampUnit, out var count)
            ? UnixTimestamp.Check(count, definition.TimestampUnit, now, definition.PastTolerance, definition.FutureTolerance)
            : VerificationResult.TimestampMalformed;
    }

    private VerificationResult CheckOffers(ReadOnlySpan<char> offered)
    {
        Span<byte> signature = stackalloc byte[SignatureAlgorithmExtensions.MaxSignatureLength];
        var count = 0;
        var wellFormed = false;
        var first = default(ReadOnlySpan<char>);
        var offers = new OfferEnumerator(definition, offered);
        while (offers.MoveNext())
        {
            if (count++ == 0)
                first = offers.Text;
            else if (definition.HasBlankBehindComma && !offers.Text.SequenceEqual(first))
                return VerificationResult.HeaderAmbiguous;
            wellFormed = wellFormed || TryDecode(offers, signature, out _);
        }

        return wellFormed && count <= MaxOffers ? VerificationResult.Verified : VerificationResult.SignatureMalformed;
    }

    private VerificationResult Match(ReadOnlySpan<char> offered, ReadOnlySpan<byte> content, ReadOnlySpan<VerificationKey> keys, ReadOnlySpan<byte> macs)
    {
        Span<byte> signature = stackalloc byte[SignatureAlgorithmExtensions.MaxSignatureLength];
        var offers = new OfferEnumerator(definition, offered);
        while (offers.MoveNext())
        {
            if (!TryDecode(offers, signature, out var length))
                continue;

            var decoded = signature[..length];
            if (offers.Algorithm.IsHmac() ? EqualsAny(decoded, macs) : VerifiesAny(offers.Algorithm, decoded, content, keys))
                return VerificationResult.Verified;
        }

        return VerificationResult.SignatureMismatch;
    }

    /// <returns>
    /// How many bytes of <paramref name="macs"/> are taken, <see cref="SignatureAlgorithmExtensions.MaxMacLength"/> by
    /// each key.
    /// </returns>
    private int ComputeMacs(ReadOnlySpan<byte> content, ReadOnlySpan<VerificationKey> keys, Span<byte> macs)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            if (_hmac is null || key is not HmacKey hmac)
                continue;

            CryptographicOperations.HmacData(_hmac.Algorithm.Hash(), hmac.Value, content, macs[taken..]);
            taken += SignatureAlgorithmExtensions.MaxMacLength;
        }

        return taken;
    }

    private int ComputeMacs(in ContentValues values, ReadOnlySpan<VerificationKey> keys, Span<byte> macs)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            if (_hmac is null || key is not HmacKey hmac)
                continue;

            using var hash = IncrementalHash.CreateHMAC(_hmac.Algorithm.Hash(), hmac.Value);
            definition.Content.AppendTo(hash, values);
            hash.GetHashAndReset(macs[taken..]);
            taken += SignatureAlgorithmExtensions.MaxMacLength;
        }

        return taken;
    }

    private static bool EqualsAny(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> macs)
    {
        for (; !macs.IsEmpty; macs = macs[SignatureAlgorithmExtensions.MaxMacLength..])
        {
            if (CryptographicOperations.FixedTimeEquals(macs[..signature.Length], signature))
                return true;
        }

        return false;
    }

    private static bool VerifiesAny(SignatureAlgorithm algorithm, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, ReadOnlySpan<VerificationKey> keys)
    {
        foreach (var key in keys)
        {
            var verifies = key switch
            {
                TokenKey token => algorithm == SignatureAlgorithm.Token && CryptographicOperations.FixedTimeEquals(token.Value, signature),
                AsymmetricKey asymmetric => asymmetric.Algorithm == algorithm && asymmetric.Verifies(content, signature),
                _ => false,
            };
            if (verifies)
                return true;
        }

        return false;
    }

    private bool TryDecode(in OfferEnumerator offer, Span<byte> signature, out int length)
    {
        var decoded = definition.Encoding switch
        {
            SignatureEncoding.Hex => BinaryText.TryDecodeHex(offer.Text, signature, out length),
            SignatureEncoding.Base64 => BinaryText.TryDecodeBase64(offer.Text, signature, out length),
            SignatureEncoding.Base64Url => BinaryText.TryDecodeBase64Url(offer.Text, signature, out length),
            _ => HeaderValue.TryGetBytes(offer.Text, signature, out length),
        };
        return decoded && offer.Algorithm.Allows(length);
    }

    private string Encode(ReadOnlySpan<byte> signature) => definition.Encoding switch
    {
        SignatureEncoding.Hex => Convert.ToHexStringLower(signature),
        SignatureEncoding.Base64 => Convert.ToBase64String(signature),
        SignatureEncoding.Base64Url => System.Buffers.Text.Base64Url.EncodeToString(signature),
        _ => Encoding.Latin1.GetString(signature),
    };
}
