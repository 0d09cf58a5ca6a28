using FunctionsIngest.Configuration;

namespace FunctionsIngest.Bodies;

/// <summary>
/// How large bodies may be, and how many bytes of them are kept at a time: settings of the section <c>Webhooks</c>.
/// </summary>
internal sealed class BodyOptions : BoundOptions
{
    /// <summary>The largest <see cref="MaxBodyBytes"/>, and the largest body that Azure Functions passes on.</summary>
    public const int LargestMaxBodyBytes = 100 * 1024 * 1024;

    /// <summary>Larger bodies get 413. In bytes, 1 to 104857600.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How long a body may take to arrive; past it the answer is 408. One second to 5 minutes.
    /// </summary>
    public TimeSpan BodyWithin { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How many bytes of bodies are held in memory at a time; a source may take half of it while others ask. Past it
    /// the slowest body gets 503. 4 MiB to 1 GiB.
    /// </summary>
    public int MaxBytesInMemory { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How many bytes of bodies over 1 MiB are spooled to temporary files at a time; a source may take half of it while
    /// others ask. Past it the slowest body gets 503. Processors have as much again; a message past that is put off. 4
    /// MiB to 1 TiB, and where bodies may be over 1 MiB, at least four times <c>MaxBodyBytes</c>.
    /// </summary>
    public long MaxBytesSpooled { get; set; } = 512 * 1024 * 1024;
}
