namespace FunctionsIngest.Local.Azurite;

/// <summary>The section <c>Local:Azurite</c> of the configuration.</summary>
internal sealed class AzuriteOptions
{
    /// <summary>The port of the blob service. Not set: 10000, or a free one.</summary>
    public int? BlobPort { get; set; }

    /// <summary>The port of the queue service. Not set: 10001, or a free one.</summary>
    public int? QueuePort { get; set; }

    /// <summary>The port of the table service. Not set: 10002, or a free one.</summary>
    public int? TablePort { get; set; }

    /// <summary>Whether everything is kept in memory and forgotten when the host stops.</summary>
    public bool InMemory { get; set; }
}
