namespace FunctionsIngest.Poison;

/// <summary>A document of the poison container.</summary>
/// <param name="Name">Its name: <c>{source}/{id}</c>, or <c>unreadable/{SHA-256}</c>.</param>
/// <param name="Document">What it says.</param>
/// <param name="ETag">The version that was read.</param>
internal sealed record PoisonedEvent(string Name, PoisonDocument Document, Azure.ETag ETag)
{
    /// <summary>The event's type; <c>unreadable</c> for a message that could not be read.</summary>
    public string Type => Document.Event?.Type ?? "unreadable";

    /// <summary>The name with so much of the id as fits a line.</summary>
    public string ShortName => Name.IndexOf('/', StringComparison.Ordinal) is var slash && Name.Length > slash + 13 ? Name[..(slash + 13)] : Name;

    /// <summary>The attempt that was the last.</summary>
    public string? Attempt => Attribute("attempt");

    /// <summary>How often it had been redriven.</summary>
    public string? Redrive => Attribute("redrive");

    /// <summary>What a machine is told of it.</summary>
    public object Describe() => new { name = Name, type = Type, poisonedAt = Document.PoisonedAt, reason = Document.Reason, attempt = Attempt, redrive = Redrive, receivedAt = Document.Event?.Time };

    private string? Attribute(string name) => Document.Event?.ExtensionAttributes.TryGetValue(name, out var value) == true ? value.ToString() : null;
}
