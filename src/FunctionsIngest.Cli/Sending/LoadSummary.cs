namespace FunctionsIngest.Cli.Sending;

/// <summary>What came of a load.</summary>
/// <param name="Answers">All answers.</param>
/// <param name="Duration">From the first webhook to the last answer.</param>
/// <param name="Concurrency">How many were sent at a time.</param>
internal sealed record LoadSummary(IReadOnlyList<WebhookAnswer> Answers, TimeSpan Duration, int Concurrency)
{
    private readonly TimeSpan[] _sorted = [.. Answers.Where(answer => answer.IsReached).Select(answer => answer.Duration).Order()];

    /// <summary>Answers a second.</summary>
    public double Rate => Duration > TimeSpan.Zero ? Answers.Count / Duration.TotalSeconds : 0;

    /// <summary>How many answers had which outcome, the most frequent first.</summary>
    public IEnumerable<KeyValuePair<string, int>> Outcomes
        => Answers.CountBy(answer => answer.Outcome).OrderByDescending(outcome => outcome.Value).ThenBy(outcome => outcome.Key, StringComparer.Ordinal);

    /// <summary>What the process ends with.</summary>
    public int ExitCode => Answers.Count > 0 && Answers.All(answer => answer.IsSuccess) ? Cli.ExitCode.Ok
        : Answers.Count > 0 && Answers.All(answer => !answer.IsReached) ? Cli.ExitCode.Unreachable
        : Cli.ExitCode.No;

    /// <summary>How long the given share of the answers took at most; null if there was none.</summary>
    public TimeSpan? Percentile(double share)
        => _sorted.Length == 0 ? null : _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
