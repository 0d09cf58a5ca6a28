using System.Net;

namespace FunctionsIngest.Local.Demo;

/// <summary>One line of the demonstration: what was sent, what should have happened, and what did.</summary>
internal sealed class DemoCase
{
    /// <summary>Who sent it.</summary>
    public required string Source { get; init; }

    /// <summary>What it was: genuine, changed, replayed, stale.</summary>
    public required string Webhook { get; init; }

    /// <summary>The expected answer.</summary>
    public HttpStatusCode? ExpectedStatus { get; init; }

    /// <summary>
    /// The expected word in the answer's body: the acknowledgement's status, or the problem's detail.
    /// </summary>
    public string? ExpectedWord { get; init; }

    /// <summary>The answer that came.</summary>
    public HttpStatusCode? Status { get; set; }

    /// <summary>The word in it.</summary>
    public string? Word { get; set; }

    /// <summary>What became of it behind the queue.</summary>
    public string Processing { get; set; } = "";

    /// <summary>Whether it must be processed.</summary>
    public bool MustBeProcessed { get; init; }

    /// <summary>Whether it was processed, as it should be: once, and archived as it was sent.</summary>
    public bool IsProcessed { get; set; }

    /// <summary>Whether the source cannot send such a webhook.</summary>
    public bool IsNotApplicable => ExpectedStatus is null;

    /// <summary>Whether everything is as it should be.</summary>
    public bool IsAsExpected => IsNotApplicable || (Status == ExpectedStatus && Word == ExpectedWord && IsProcessed == MustBeProcessed);
}
