namespace FunctionsIngest.Testing;

/// <summary>What goes wrong with a call to storage.</summary>
internal abstract record StorageFault
{
    private StorageFault()
    {
    }

    /// <summary>The connection is cut before the request has reached storage: nothing was done.</summary>
    public static StorageFault CutBefore { get; } = new Cut(ReachesStorage: false);

    /// <summary>The connection is cut after storage has carried out the request: the client cannot know.</summary>
    public static StorageFault CutAfter { get; } = new Cut(ReachesStorage: true);

    /// <summary>
    /// The caller dies with this call: before it has reached storage, or after storage has carried it out.
    /// </summary>
    /// <param name="reachesStorage">Whether storage carries it out.</param>
    /// <param name="die">Ends the caller; the connection is cut when it returns.</param>
    /// <param name="meanwhile">What the call waits for before that; null: nothing.</param>
    public static StorageFault Death(bool reachesStorage, Action die, Task? meanwhile = null) => new Cut(reachesStorage, die, meanwhile);

    /// <summary>
    /// Storage carries out the request; the connection is cut in the middle of the answer's body. An answer without a
    /// body is cut whole.
    /// </summary>
    public static StorageFault CutAnswer { get; } = new CutInAnswer();

    /// <summary>The request does not reach storage and nothing ever comes back, until the client gives up.</summary>
    public static StorageFault Silent { get; } = new Silence(ReachesStorage: false);

    /// <summary>Storage carries out the request, and its answer never comes back.</summary>
    public static StorageFault SilentAfter { get; } = new Silence(ReachesStorage: true);

    /// <summary>Nothing comes back for a while, then the connection is cut.</summary>
    public static StorageFault SilentFor(TimeSpan time, bool reachesStorage) => new Silence(reachesStorage, time);

    /// <summary>The request reaches storage late.</summary>
    public static StorageFault Late(TimeSpan delay) => new Delay(delay);

    /// <summary>The request reaches storage when the test says so.</summary>
    public static StorageFault Until(Task released) => new Hold(released);

    /// <summary>The request does not reach storage; an error is answered in its place.</summary>
    /// <param name="status">The HTTP status: 500, 503, 429, 409 …</param>
    /// <param name="errorCode">Storage's name for the error: <c>ServerBusy</c>, <c>TableBeingDeleted</c> …</param>
    public static StorageFault Answer(int status, string errorCode) => new Error(status, errorCode);

    internal sealed record Cut(bool ReachesStorage, Action? Die = null, Task? Meanwhile = null) : StorageFault;

    internal sealed record CutInAnswer : StorageFault;

    internal sealed record Silence(bool ReachesStorage, TimeSpan? Time = null) : StorageFault;

    internal sealed record Delay(TimeSpan By) : StorageFault;

    internal sealed record Hold(Task Released) : StorageFault;

    internal sealed record Error(int Status, string Code) : StorageFault;
}
