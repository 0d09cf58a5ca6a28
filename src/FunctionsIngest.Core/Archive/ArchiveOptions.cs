using FunctionsIngest.Configuration;

namespace FunctionsIngest.Archive;

/// <summary>Whether there is an archive: a setting of the section <c>Webhooks</c>.</summary>
internal sealed class ArchiveOptions : BoundOptions
{
    /// <summary>Whether every event is kept in the Blob container <c>webhook-archive</c>.</summary>
    public bool Archive { get; set; } = true;
}
