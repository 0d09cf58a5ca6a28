namespace FunctionsIngest.Secrets;

/// <summary>
/// One version of a secret. A class and never a record, so that no <see cref="object.ToString"/> prints the value.
/// </summary>
/// <param name="value">The secret's text.</param>
internal sealed class SecretVersion(string value)
{
    /// <summary>The secret's text.</summary>
    public string Value => value;

    /// <summary>The store's name of the version; of the configuration, the key that it is set with.</summary>
    public string? Id { get; init; }

    /// <summary>When the version was made: newer ones come first.</summary>
    public DateTimeOffset CreatedOn { get; init; }

    /// <summary>From when on the version is refused; null: never.</summary>
    public DateTimeOffset? ExpiresOn { get; init; }
}
