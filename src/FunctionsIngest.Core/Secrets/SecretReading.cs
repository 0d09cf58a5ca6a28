namespace FunctionsIngest.Secrets;

/// <summary>What one read of a secret found.</summary>
/// <param name="versions">The versions in force at that moment, newest first.</param>
/// <param name="readAt">When the read began: nothing that changed later is certain to be in it.</param>
internal sealed class SecretReading(IReadOnlyList<SecretVersion> versions, DateTimeOffset readAt)
{
    public IReadOnlyList<SecretVersion> Versions => versions;

    public DateTimeOffset ReadAt => readAt;
}
