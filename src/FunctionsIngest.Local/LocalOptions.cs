namespace FunctionsIngest.Local;

/// <summary>The section <c>Local</c> of the configuration: what only the local host needs.</summary>
internal sealed class LocalOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Local";

    /// <summary>Where Azurite's data and the development secrets are kept. Not set: <c>.local</c> in the repository, which git ignores.</summary>
    public string? DataPath { get; set; }

    /// <summary>How long the pump hides a message that is being processed, renewed at half. More than <c>Webhooks:Lease</c>, at most 7 days.</summary>
    public TimeSpan Invisibility { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The Azurite that is started where <c>WebhookStorage</c> is not set.</summary>
    public AzuriteOptions Azurite { get; set; } = new();

    /// <summary>The section <c>Local:Azurite</c>.</summary>
    internal sealed class AzuriteOptions
    {
        /// <summary>The port of the blob service. Not set: 10000, or a free one.</summary>
        public int? BlobPort { get; set; }

        /// <summary>The port of the queue service. Not set: 10001, or a free one.</summary>
        public int? QueuePort { get; set; }

        /// <summary>The port of the table service. Not set: 10002, or a free one.</summary>
        public int? TablePort { get; set; }

        /// <summary>Whether everything is forgotten when the host stops.</summary>
        public bool InMemory { get; set; }
    }
}
