using System.Buffers;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Catalogue;

/// <summary>Applies a source's settings to a scheme, and collects what is wrong with them.</summary>
/// <param name="sourceName">The source's name.</param>
/// <param name="options">Its settings.</param>
/// <param name="retention">How long a webhook is remembered.</param>
internal sealed class SchemeBuilder(string sourceName, SchemeOptions options, TimeSpan retention)
{
    private const string Separators = ",; &|";
    private const string CommaAndBlank = ", ";

    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> HeaderNameCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly Dictionary<string, SignatureAlgorithm> Algorithms = new(StringComparer.Ordinal)
    {
        ["hmac-sha1"] = SignatureAlgorithm.HmacSha1,
        ["hmac-sha256"] = SignatureAlgorithm.HmacSha256,
        ["hmac-sha384"] = SignatureAlgorithm.HmacSha384,
        ["hmac-sha512"] = SignatureAlgorithm.HmacSha512,
        ["ed25519"] = SignatureAlgorithm.Ed25519,
        ["ecdsa-p256-sha256"] = SignatureAlgorithm.EcdsaP256Sha256,
        ["rsa-sha256"] = SignatureAlgorithm.RsaSha256,
        ["token"] = SignatureAlgorithm.Token,
    };

    private static readonly Dictionary<string, SignatureEncoding> Encodings = new(StringComparer.Ordinal)
    {
        ["hex"] = SignatureEncoding.Hex,
        ["base64"] = SignatureEncoding.Base64,
        ["base64url"] = SignatureEncoding.Base64Url,
    };

    private static readonly Dictionary<string, TimestampUnit> TimestampUnits = new(StringComparer.Ordinal)
    {
        ["seconds"] = TimestampUnit.Seconds,
        ["milliseconds"] = TimestampUnit.Milliseconds,
    };

    private static readonly Dictionary<string, SecretFormat> SecretFormats = new(StringComparer.Ordinal)
    {
        ["utf8"] = SecretFormat.Utf8,
        ["base64"] = SecretFormat.Base64,
        ["hex"] = SecretFormat.Hex,
        ["pem"] = SecretFormat.Pem,
    };

    private static readonly Dictionary<string, BodyHash> BodyHashes = new(StringComparer.Ordinal)
    {
        ["raw"] = BodyHash.Raw,
        ["json-dumps"] = BodyHash.JsonDumps,
    };

    private static readonly Dictionary<string, bool> Compressions = new(StringComparer.Ordinal) { ["signed-before"] = true };

    private readonly List<string> _errors = [];

    /// <summary>A sentence per mistake.</summary>
    public IReadOnlyList<string> Errors => _errors;

    private TimeSpan MaxPastTolerance => retention / 2;

    /// <summary>A scheme of the catalogue that data alone describes.</summary>
    public TemplateScheme Known(SchemeDefinition definition)
    {
        RefuseSignatureSection();
        return Apply(definition);
    }

    /// <summary>
    /// The scheme of the source's own <c>Signature</c> section; null if that lacks what nothing else can be told
    /// without.
    /// </summary>
    public TemplateScheme? Custom()
    {
        if (options.Signature is not { } signature)
        {
            Refuse("Signature", "is not set; the scheme custom needs at least Signature:Header and Signature:Algorithm");
            return null;
        }

        CheckHeader("Header", signature.Header, required: true);
        var algorithm = Choose("Signature:Algorithm", signature.Algorithm, Algorithms);
        var content = ParseContent(signature, algorithm);
        var separator = ParseSeparator(signature);
        CheckFields(signature, separator);
        CheckTimestamp(signature, content);
        CheckId(signature, content, bodyIsSigned: algorithm != SignatureAlgorithm.Token && content.Covers(ContentPartKind.Body));

        var definition = new SchemeDefinition
        {
            Name = SchemeCatalogue.Custom,
            Header = signature.Header ?? "",
            Versions = [new((string.IsNullOrEmpty(signature.Field) ? "" : signature.Field + "=") + signature.Prefix, algorithm)],
            Encoding = algorithm == SignatureAlgorithm.Token ? SignatureEncoding.Text : Choose("Signature:Encoding", signature.Encoding, Encodings),
            Separator = separator,
            HasBlankBehindComma = signature.Separator == CommaAndBlank,
            SecretFormat = DefaultFormat(algorithm),
            Content = content,
            TimestampHeader = NullIfEmpty(signature.TimestampHeader),
            TimestampPrefix = string.IsNullOrEmpty(signature.TimestampField) ? null : signature.TimestampField + "=",
            TimestampUnit = Choose("Signature:TimestampUnit", signature.TimestampUnit, TimestampUnits),
            IdHeader = NullIfEmpty(signature.IdHeader),
            Payload = new PayloadRules
            {
                EventType = ParsePointer("EventTypePointer", signature.EventTypePointer),
                EventTypeHeader = NullIfEmpty(signature.EventTypeHeader),
                Ids = ParsePointer("IdPointer", signature.IdPointer) is { } id ? [id] : [],
            },
        };
        return Apply(definition);
    }

    /// <summary>QI Tech's scheme.</summary>
    public QiTechScheme QiTech()
    {
        RefuseSignatureSection();
        CheckPublicPath();
        return new QiTechScheme(
            ChooseFormat([SecretFormat.Pem, SecretFormat.Base64, SecretFormat.Hex]) ?? SecretFormat.Pem,
            ReadTolerance() ?? Min(SchemeDefinition.DefaultTolerance, MaxPastTolerance),
            NullIfEmpty(options.PublicPath),
            string.IsNullOrEmpty(options.BodyHash) ? BodyHash.JsonDumps : Choose("BodyHash", options.BodyHash, BodyHashes),
            comparesClientKey: !string.IsNullOrEmpty(options.ClientKey),
            SignsBeforeCompression() ?? false);
    }

    /// <summary>Says that the source's scheme is not one of these.</summary>
    public SignatureScheme? Unknown(IReadOnlyList<string> names)
    {
        if (string.IsNullOrEmpty(options.Scheme))
        {
            Refuse("Scheme", $"is not set; set it to one of {string.Join(", ", names)}");
            return null;
        }

        var suggestion = NearestName.To(options.Scheme, names) is { } nearest ? $"did you mean '{nearest}'? The schemes are" : "set it to one of";
        Refuse("Scheme", $"is '{options.Scheme}', which is not a scheme; {suggestion} {string.Join(", ", names)}");
        return null;
    }

    private TemplateScheme Apply(SchemeDefinition definition)
    {
        // Its value is not repeated: somebody may have put the secret itself where its name belongs.
        if (!string.IsNullOrEmpty(options.ClientKey))
            Refuse("ClientKey", "is set, but only the scheme qi-tech compares a client key; remove it");
        RefuseIfSet("BodyHash", options.BodyHash, "only the scheme qi-tech has a hash of the body; remove it");
        if (definition.Content.Covers(ContentPartKind.Path))
            CheckPublicPath();
        else
            RefuseIfSet("PublicPath", options.PublicPath, $"the scheme {definition.Name} signs no path here; remove it");

        var tolerance = default(TimeSpan?);
        if (definition.HasTimestamp)
            tolerance = ReadTolerance();
        else
            RefuseIfSet("Tolerance", options.Tolerance?.ToString(), $"the scheme {definition.Name} has no signed timestamp here; remove it");

        return new TemplateScheme(definition with
        {
            SecretFormat = ChooseFormat(FormatsOf(definition)) ?? definition.SecretFormat,
            PastTolerance = tolerance ?? Min(definition.PastTolerance, MaxPastTolerance),
            FutureTolerance = tolerance ?? definition.FutureTolerance,
            PublicPath = NullIfEmpty(options.PublicPath),
            SignsBeforeCompression = SignsBeforeCompression() ?? definition.SignsBeforeCompression,
        });
    }

    private void RefuseSignatureSection()
    {
        if (options.Signature is not null)
            Refuse("Signature", $"is set, but the scheme {options.Scheme} is complete without it; remove it, or set Scheme to custom");
    }

    private bool? SignsBeforeCompression()
        => string.IsNullOrEmpty(options.Compression) ? null : Choose("Compression", options.Compression, Compressions);

    private TimeSpan? ReadTolerance()
    {
        if (options.Tolerance is { } tolerance && (tolerance <= TimeSpan.Zero || tolerance > MaxPastTolerance))
            Refuse("Tolerance", $"is {tolerance}; set it to more than zero and at most half of the retention, {MaxPastTolerance}");
        return options.Tolerance;
    }

    private void CheckPublicPath()
    {
        if (!string.IsNullOrEmpty(options.PublicPath)
            && (options.PublicPath[0] != '/' || options.PublicPath.AsSpan().ContainsAny('#', ' ')))
        {
            Refuse("PublicPath", $"is '{options.PublicPath}'; set it to the path and, if the sender signs it, the query: from the first / on, without # or space");
        }
    }

    private void CheckHeader(string setting, string? value, bool required = false)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required)
                Refuse($"Signature:{setting}", "is not set; set it to the name of a header");
        }
        else if (value.AsSpan().ContainsAnyExcept(HeaderNameCharacters))
        {
            Refuse($"Signature:{setting}", $"is '{value}', which is not the name of a header; a name has letters, digits and -");
        }
    }

    private ContentTemplate ParseContent(SignatureOptions signature, SignatureAlgorithm algorithm)
    {
        if (ContentTemplate.TryParse(signature.Content ?? "", out var content) is { } problem)
            Refuse("Signature:Content", $"is '{signature.Content}', which {problem}");
        if (algorithm == SignatureAlgorithm.Token && content?.IsBodyAlone == false)
            Refuse("Signature:Content", $"is '{signature.Content}'; a token signs nothing, remove it");
        return content ?? ContentTemplate.Parse("{body}");
    }

    private char? ParseSeparator(SignatureOptions signature)
    {
        if (signature.Separator is null)
            return string.IsNullOrEmpty(signature.Field) && string.IsNullOrEmpty(signature.TimestampField) ? null : ',';
        if (signature.Separator.Length == 0)
            return null;
        if (signature.Separator == CommaAndBlank)
            return ',';
        if (signature.Separator.Length > 1 || !Separators.Contains(signature.Separator[0], StringComparison.Ordinal))
            Refuse("Signature:Separator", $"is '{signature.Separator}'; set it to a comma, a semicolon, a space, &, |, or a comma and a blank");
        return signature.Separator[0];
    }

    private void CheckFields(SignatureOptions signature, char? separator)
    {
        foreach (var (setting, value) in new[] { ("Field", signature.Field), ("TimestampField", signature.TimestampField), ("Prefix", signature.Prefix) })
        {
            if (string.IsNullOrEmpty(value))
                continue;
            if (separator is { } character && value.Contains(character, StringComparison.Ordinal))
                Refuse($"Signature:{setting}", $"is '{value}', which contains the separator '{character}'; remove that from it, or set Signature:Separator to another one");
            if (setting != "Prefix" && separator is null)
                Refuse($"Signature:{setting}", $"is '{value}', but Signature:Separator is empty; set that to what separates the pairs");
        }
    }

    private void CheckTimestamp(SignatureOptions signature, ContentTemplate content)
    {
        CheckHeader("TimestampHeader", signature.TimestampHeader);
        var sources = new[] { signature.TimestampHeader, signature.TimestampField }.Where(value => !string.IsNullOrEmpty(value)).ToArray();
        var covered = content.Covers(ContentPartKind.Timestamp);
        if (sources.Length > 1)
            Refuse("Signature:TimestampField", $"is '{signature.TimestampField}', but Signature:TimestampHeader is set as well; remove one of them");
        else if (covered && sources.Length == 0)
            Refuse("Signature:Content", $"is '{content}', but neither Signature:TimestampHeader nor Signature:TimestampField says where the timestamp is; set one of them");
        else if (!covered && sources.Length == 1)
            Refuse(string.IsNullOrEmpty(signature.TimestampField) ? "Signature:TimestampHeader" : "Signature:TimestampField", $"is '{sources[0]}', but anybody can change a timestamp that is not signed; put {{timestamp}} into Signature:Content where the sender signs it, or remove this");
    }

    private void CheckId(SignatureOptions signature, ContentTemplate content, bool bodyIsSigned)
    {
        CheckHeader("IdHeader", signature.IdHeader);
        CheckHeader("EventTypeHeader", signature.EventTypeHeader);
        var covered = content.Covers(ContentPartKind.Id);
        if (covered && string.IsNullOrEmpty(signature.IdHeader))
            Refuse("Signature:Content", $"is '{content}', but Signature:IdHeader does not say where the id is; set it");
        if (!covered && !string.IsNullOrEmpty(signature.IdHeader))
            Refuse("Signature:IdHeader", $"is '{signature.IdHeader}', but anybody can change an id that is not signed; put {{id}} into Signature:Content where the sender signs it, or remove this");
        if (!bodyIsSigned && !string.IsNullOrEmpty(signature.IdPointer))
            Refuse("Signature:IdPointer", $"is '{signature.IdPointer}', but anybody can change a body that is not signed; remove this, or put {{body}} into Signature:Content where the sender signs it");
    }

    private JsonPointer? ParsePointer(string setting, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return null;
        if (!JsonPointer.TryParse(value, out var pointer))
            Refuse($"Signature:{setting}", $"is '{value}', which is not a JSON pointer; write it as in /event/type");
        return pointer;
    }

    private SecretFormat? ChooseFormat(SecretFormat[] allowed)
    {
        if (string.IsNullOrEmpty(options.SecretFormat))
            return null;

        var names = SecretFormats.Where(pair => allowed.Contains(pair.Value)).ToDictionary(StringComparer.Ordinal);
        return Choose("SecretFormat", options.SecretFormat, names);
    }

    private T Choose<T>(string setting, string? value, Dictionary<string, T> values)
        where T : struct
    {
        if (string.IsNullOrEmpty(value))
            Refuse(setting, $"is not set; set it to one of {string.Join(", ", values.Keys)}");
        else if (!values.ContainsKey(value))
            Refuse(setting, $"is '{value}'; set it to one of {string.Join(", ", values.Keys)}");
        return values.GetValueOrDefault(value ?? "");
    }

    private void RefuseIfSet(string setting, string? value, string fix)
    {
        if (!string.IsNullOrEmpty(value))
            Refuse(setting, $"is '{value}', but {fix}");
    }

    private void Refuse(string setting, string problem) => _errors.Add($"Webhooks:Sources:{sourceName}:{setting} {problem}.");

    private static SecretFormat DefaultFormat(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.Ed25519 => SecretFormat.Hex,
        SignatureAlgorithm.EcdsaP256Sha256 or SignatureAlgorithm.RsaSha256 => SecretFormat.Pem,
        _ => SecretFormat.Utf8,
    };

    private static SecretFormat[] FormatsOf(SchemeDefinition definition) => definition.Versions[0].Algorithm switch
    {
        SignatureAlgorithm.Token => [SecretFormat.Utf8],
        SignatureAlgorithm.Ed25519 or SignatureAlgorithm.EcdsaP256Sha256 or SignatureAlgorithm.RsaSha256 => [SecretFormat.Pem, SecretFormat.Base64, SecretFormat.Hex],
        _ => [SecretFormat.Utf8, SecretFormat.Base64, SecretFormat.Hex],
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
