using System.Collections.Frozen;
using System.Text.RegularExpressions;
using FunctionsIngest.Configuration;
using FunctionsIngest.Senders;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Sources;

/// <summary>Makes sources of their options.</summary>
internal static partial class SourceFactory
{
    /// <summary>Makes every source that has no mistake.</summary>
    public static SourceReading Read(SourcesOptions options)
    {
        var sources = new List<Source>();
        var errors = new List<string>();
        foreach (var (name, source) in options.Sources.OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            var before = errors.Count;
            var made = Create(name, source, options.Retention, errors);
            if (errors.Count == before && made is not null)
                sources.Add(made);
        }

        return new SourceReading(sources, errors);
    }

    /// <summary>Whether a text can be the name of a secret, in a vault as well.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>Whether a text can be the name of a source.</summary>
    public static bool IsSourceName(string name) => SourceName().IsMatch(name);

    private static Source? Create(string name, SourceOptions options, TimeSpan retention, List<string> errors)
    {
        var setting = $"Webhooks:Sources:{name}";
        if (!IsSourceName(name))
            errors.Add($"{setting}: '{name}' is not a name for a source: use 2 to 32 lower-case letters and digits, a letter first, such as 'begini'.");
        CheckSecrets(setting, options, errors);
        if (options.Retention is { } own)
            WebhookSettings.CheckRange($"Sources:{name}:Retention", own, SourcesOptions.LeastRetention, SourcesOptions.MostRetention, errors);

        var allowed = AddressRanges.Parse($"{setting}:AllowedIPs", options.AllowedIPs, errors);
        var pointers = new List<JsonPointer>();
        foreach (var (index, text) in options.ReplayKey.Index())
        {
            if (JsonPointer.TryParse(text, out var pointer))
                pointers.Add(pointer);
            else
                errors.Add($"{setting}:ReplayKey:{index} is '{text}', which is not a JSON pointer: write it like /data/id.");
        }

        var scheme = SchemeCatalogue.Create(name, options, options.Retention ?? retention, errors);
        // With a token there is no signed webhook to change: who has it can send anything.
        if (pointers.Count > 0 && scheme is TemplateScheme { Assurance: Assurance.Authenticated, Definition.IsToken: false })
            errors.Add($"{setting}:ReplayKey:0 is '{pointers[0]}', but anybody can change a body that is not signed, and so make one webhook many; remove this, or put {{body}} into Signature:Content where the sender signs it.");
        if (scheme is not null)
            CheckEventTypes($"{setting}:EventTypes", scheme.Payload, options.EventTypes, errors);
        return scheme is null ? null : new Source
        {
            Name = name,
            Scheme = scheme,
            Retention = options.Retention ?? DefaultRetention(scheme, retention),
            SecretNames = [.. options.Secrets],
            ClientKeyName = string.IsNullOrEmpty(options.ClientKey) ? null : options.ClientKey,
            AllowWeakSecret = options.AllowWeakSecret,
            AllowSharedSecret = options.AllowSharedSecret,
            EventTypes = options.EventTypes.Count == 0 ? null : options.EventTypes.ToFrozenSet(StringComparer.Ordinal),
            AllowedAddresses = allowed,
            ReplayKey = pointers,
        };
    }

    private static void CheckEventTypes(string setting, PayloadRules rules, IList<string> types, List<string> errors)
    {
        if (types.Count > 0 && !rules.HasEventType)
            errors.Add($"{setting}:0 is '{types[0]}', but nothing says where this source's webhooks name their type: set Signature:EventTypePointer or Signature:EventTypeHeader, or remove EventTypes.");
        foreach (var (index, type) in types.Index())
        {
            if (PayloadReader.IsEventType(type) && !type.Contains(',', StringComparison.Ordinal) && type.Trim() == type)
            {
                if (rules.AwaitedTypes.Contains(type))
                    errors.Add($"{setting}:{index} is '{type}', whose sender acts on the answer, and nothing here makes that answer: remove it.");
                continue;
            }

            errors.Add($"{setting}:{index} is '{type}', which cannot be an event type: write one type for each item, as in {setting}:0 = order.paid and {setting}:1 = order.refunded, without commas and blanks around it.");
        }
    }

    private static TimeSpan DefaultRetention(SignatureScheme scheme, TimeSpan retention)
        => scheme.PastTolerance == TimeSpan.Zero && retention < SourcesOptions.TimelessRetention ? SourcesOptions.TimelessRetention : retention;

    private static void CheckSecrets(string setting, SourceOptions options, List<string> errors)
    {
        if (options.Secrets.Count == 0)
            errors.Add($"{setting}:Secrets is empty, and a source without a secret would refuse every webhook: name its secret, such as {setting}:Secrets:0 = begini-api-key.");
        foreach (var (index, secret) in options.Secrets.Index())
            CheckSecretName($"{setting}:Secrets:{index}", secret, errors);
        if (!string.IsNullOrEmpty(options.ClientKey))
            CheckSecretName($"{setting}:ClientKey", options.ClientKey, errors);
    }

    private static void CheckSecretName(string setting, string name, List<string> errors)
    {
        // The secret itself may be where its name belongs, so the error does not repeat it.
        if (!IsSecretName(name))
            errors.Add($"{setting} is not the name of a secret: give the name (1 to 127 letters, digits and -), never the secret itself.");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9]{1,31}\z")]
    private static partial Regex SourceName();

    [GeneratedRegex(@"^[A-Za-z0-9-]{1,127}\z")]
    private static partial Regex SecretName();
}
