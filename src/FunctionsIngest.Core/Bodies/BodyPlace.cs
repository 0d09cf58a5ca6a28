namespace FunctionsIngest.Bodies;

/// <summary>Where bytes of a body are.</summary>
internal enum BodyPlace
{
    /// <summary>In memory: <c>Webhooks:MaxBytesInMemory</c>.</summary>
    Memory,

    /// <summary>In a temporary file: <c>Webhooks:MaxBytesSpooled</c>.</summary>
    File,
}
