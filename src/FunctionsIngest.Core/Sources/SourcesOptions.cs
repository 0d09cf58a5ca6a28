using FunctionsIngest.Configuration;

namespace FunctionsIngest.Sources;

/// <summary>
/// Who may send, and how long their webhooks are remembered: settings of the section <c>Webhooks</c>.
/// </summary>
internal sealed class SourcesOptions : BoundOptions
{
    /// <summary>
    /// How long a webhook is remembered: the same one is not processed again within it. One hour to 365 days.
    /// </summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Who may send, by name. A name matches <c>^[a-z][a-z0-9]{1,31}$</c> and is the last part of the path,
    /// <c>/webhooks/{source}</c>.
    /// </summary>
    public IDictionary<string, SourceOptions> Sources { get; set; } = new Dictionary<string, SourceOptions>(StringComparer.Ordinal);
}
