using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli;

/// <summary>Who signs: a source of the configuration, or a scheme of the catalogue as it is.</summary>
/// <param name="Source">The source's name; null for a scheme that no source, or more than one, has.</param>
/// <param name="Options">The source's settings.</param>
/// <param name="Scheme">How it signs.</param>
internal sealed record Sender(string? Source, SourceOptions Options, SignatureScheme Scheme)
{
    /// <summary>The path of its source; of a scheme that no source has, the path of a source of that name.</summary>
    public string Path => $"/webhooks/{Source ?? Scheme.Name}";

    /// <summary>Finds a sender by the name of a source, or of a scheme.</summary>
    /// <exception cref="CommandException">There is none, or its settings are wrong.</exception>
    public static Sender Find(string name, IConfiguration configuration)
    {
        var webhooks = AppConfiguration.SourcesOf(configuration);
        var (source, options) = FindSource(name, webhooks);
        var errors = new List<string>();
        var scheme = SchemeCatalogue.Create(source ?? name, options, options.Retention ?? webhooks.Retention, errors);
        if (scheme is not null)
            return new Sender(source, options, scheme);

        // A source with a mistake says itself what it is, such as a misspelt scheme.
        throw new CommandException(source is not null || SchemeCatalogue.Names.Contains(options.Scheme)
            ? string.Join(Environment.NewLine, errors)
            : $"'{ShownText.Line(name)}' is neither a source of the configuration ({Join(webhooks.Sources.Keys)}) nor a scheme ({Join(Schemes)}).{NearestName.Question(name, webhooks.Sources.Keys.Concat(Schemes))}");
    }

    /// <summary>The names that <see cref="Find"/> knows, for completion.</summary>
    public static IEnumerable<string> NamesIn(IConfiguration configuration)
        => AppConfiguration.SourcesOf(configuration).Sources.Keys.Concat(Schemes).Distinct(StringComparer.Ordinal);

    private static IEnumerable<string> Schemes => SchemeCatalogue.Names.Where(scheme => scheme != SchemeCatalogue.Custom);

    private static (string? Source, SourceOptions Options) FindSource(string name, SourcesOptions webhooks)
    {
        if (webhooks.Sources.TryGetValue(name, out var named))
            return (name, named);

        var alike = webhooks.Sources.Where(source => source.Value.Scheme == name).Take(2).ToList();
        return alike is [var only] ? (only.Key, only.Value) : (null, new SourceOptions { Scheme = name });
    }

    private static string Join(IEnumerable<string> names) => names.Order(StringComparer.Ordinal).DefaultIfEmpty("none").Aggregate((all, name) => $"{all}, {name}");
}
