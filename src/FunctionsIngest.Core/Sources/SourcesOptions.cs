using FunctionsIngest.Configuration;

namespace FunctionsIngest.Sources;

/// <summary>
/// Who may send, and how long their webhooks are remembered: settings of the section <c>Webhooks</c>.
/// </summary>
internal sealed class SourcesOptions : BoundOptions
{
    /// <summary>The shortest retention.</summary>
    public static readonly TimeSpan LeastRetention = TimeSpan.FromHours(1);

    /// <summary>The longest retention.</summary>
    public static readonly TimeSpan MostRetention = TimeSpan.FromDays(365);

    /// <summary>The least default where the scheme signs no time.</summary>
    public static readonly TimeSpan TimelessRetention = TimeSpan.FromDays(180);

    /// <summary>
    /// How long a webhook is remembered: the same one is not processed again within it. The default for sources whose
    /// scheme signs a time; a source can have its own <c>Retention</c>. One hour to 365 days.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Who may send, by name. A name matches <c>^[a-z][a-z0-9]{1,31}$</c> and is the last part of the path,
    /// <c>/webhooks/{source}</c>.
    /// </summary>
    public IDictionary<string, SourceOptions> Sources { get; set; } = new Dictionary<string, SourceOptions>(StringComparer.Ordinal);
}
