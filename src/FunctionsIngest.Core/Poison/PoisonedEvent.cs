using System.Globalization;

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

    /// <summary>The source's name; null for a message that could not be read.</summary>
    public string? Source => Name.StartsWith($"{PoisonStore.Unreadable}/", StringComparison.Ordinal) ? null : Name[..Name.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>The event's id; of a message that could not be read, its SHA-256.</summary>
    public string Id => Name[(Name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>The attempt that was the last.</summary>
    public int? Attempt => Number("attempt");

    /// <summary>How often it had been redriven.</summary>
    public int? Redrive => Number("redrive");

    /// <summary>Whether the body is beside the document, and not inside.</summary>
    public bool IsBodyBeside => Attribute("payload") is not null;

    /// <summary>The body's length, inside the document or beside it; null if it is lost.</summary>
    public long? Bytes { get; init; }

    /// <summary>
    /// What a machine is told of it. What an archived event has as well, has the same name there.
    /// </summary>
    public object Describe() => new
    {
        id = Id,
        source = Source,
        type = Type,
        receivedAt = Document.Event?.Time,
        poisonedAt = Document.PoisonedAt,
        reason = Document.Reason,
        attempt = Attempt,
        redrive = Redrive,
        assurance = Attribute("assurance"),
        replayOf = Attribute("replayof"),
        contentType = Document.Event?.DataContentType,
        contentCoding = Attribute("contentcoding"),
        bytes = Bytes,
        name = Name,
    };

    private int? Number(string name) => int.TryParse(Attribute(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string? Attribute(string name)
        => Document.Event?.ExtensionAttributes.TryGetValue(name, out var value) == true ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
