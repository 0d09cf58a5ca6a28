namespace FunctionsIngest.Model;

/// <summary>
/// The protocol of docs/protocol.md for one webhook: two receivers, two processors with two handlers, two redrivers,
/// one sweep. A step is one storage call, one handler or one act of the host; between any two steps anything else can
/// happen.
/// </summary>
internal sealed partial class Protocol(Configuration configuration)
{
    private const byte AllHandlers = 3;
    private const int DequeueLimit = 2;

    private List<Step> _steps = [];

    public State Start()
    {
        var state = new State
        {
            Budget = new Budget
            {
                Requests = (byte)configuration.Requests,
                Crashes = (byte)configuration.Crashes,
                StorageFailures = (byte)configuration.StorageFailures,
                EarlyRedeliveries = (byte)configuration.EarlyRedeliveries,
                Stalls = (byte)configuration.Stalls,
                Redrives = (byte)configuration.Redrives,
                Retentions = (byte)configuration.Retentions,
                IdleSweeps = (byte)configuration.IdleSweeps,
            },
        };
        state.MayComplete[0] = state.MayComplete[1] = 1;
        return state;
    }

    /// <summary>Adds every step that can be taken in a state.</summary>
    public void Steps(in State state, List<Step> steps)
    {
        _steps = steps;
        for (var i = 0; i < 2; i++)
        {
            ReceiverSteps(state, i);
            ProcessorSteps(state, i);
            RedriverSteps(state, i);
        }

        SweepSteps(state);
        TimeSteps(state);
    }

    /// <summary>What is wrong with a state, whatever happens next; null if nothing is.</summary>
    public string? Violation(in State state) => state switch
    {
        { Flaw: Flaw.HandlerRanTwice } => "a handler completed again although nothing had happened before its end was noted",
        { Flaw: Flaw.ProcessedUnhandled } => "the row says Processed although a handler has not completed",
        { Flaw: Flaw.ProcessedUndone } => "a row that said Processed says something else",
        { Flaw: Flaw.RanAfterDeaths } => "a handler is started although the event's holders have died often enough",
        { Flaw: Flaw.OutlivedUnended } => "an event that had not come to an end is given up for having outlived its row",
        { Flaw: Flaw.GivenUpUnrun } => "a redriven event is given up without a run",
        { Accepted: true, EverProcessed: false } when !IsRedrivable(state) && !state.Messages.Any(onPoisonQueue: false) && !state.Messages.Any(onPoisonQueue: true) =>
            "a sender got its 2xx, and the event is nowhere: no message, no poison blob, not processed",
        _ => null,
    };

    /// <summary>What is wrong with a state in which nothing more need happen; null if nothing is.</summary>
    public string? FinalViolation(in State state)
    {
        if (state.Messages.Any(onPoisonQueue: false) || state.Messages.Any(onPoisonQueue: true))
            return "a message is left over";
        if (state.Accepted && !state.EverProcessed && !IsRedrivable(state))
            return "a sender got its 2xx, and the event is neither processed nor in poison";
        if (state.Row.State is RowState.HandedOver or RowState.Processing)
            return "the row is left unfinished";
        if (state.Row.State == RowState.Received && state.Accepted && !IsRedrivable(state))
            return "the row is left unfinished although a sender got its 2xx";
        if (state.Row.State == RowState.Poisoned && !state.EverProcessed && !IsRedrivable(state))
            return "the row says Poisoned, and there is no poison blob to redrive";
        if (state.PoisonBlob && state.Row.State == RowState.Processed && !IsNamed(state))
            return "a poison blob is left beside a row that says Processed";
        if (state.Payloads != 0 && configuration is { Faultless: true, Requests: 1, EarlyRedeliveries: 0, Redrives: <= 1 })
            return "a payload blob is left although nothing went wrong";
        if (state.Row is { Old: true, State: not RowState.Missing } || (state.OldPayloads != 0 && state.Row.State is RowState.Missing or RowState.Processed))
            return "the sweep leaves what is past the retention";
        if (state is { PoisonBody: true, PoisonBlob: false } && (state.OldPoisonBody || configuration.Faultless))
            return state.OldPoisonBody ? "the sweep leaves a body that no poison blob owns" : "a body is left beside no poison blob although nothing went wrong";
        if (state.Uncounted && !MayGoUncounted(state))
            return "the end of the event was not counted";
        if (configuration.Faultless && state.EverProcessed && (state.Completed != AllHandlers || state.MayComplete[0] != 0 || state.MayComplete[1] != 0))
            return "a handler did not complete exactly once";
        return null;
    }

    /// <summary>
    /// The two ways to leave a poison blob beside a Processed row: a holder has stalled, and then a process died or
    /// storage failed; and a Poisoned row expired before the sender sent the same webhook once more.
    /// </summary>
    private bool IsNamed(in State state) =>
        state.Budget.Retentions < configuration.Retentions
        || (state.Budget.Stalls < configuration.Stalls
            && state.Budget.Crashes + state.Budget.StorageFailures < configuration.Crashes + configuration.StorageFailures);

    /// <summary>
    /// The ways for an end to go uncounted: a process died, storage failed twice, or a redrive was faster than the one
    /// who would have counted.
    /// </summary>
    private bool MayGoUncounted(in State state) =>
        state.Budget.Crashes < configuration.Crashes
        || state.Budget.StorageFailures + 1 < configuration.StorageFailures
        || state.Budget.Redrives < configuration.Redrives;

    /// <summary>Whether there is a poison blob, and its body.</summary>
    private bool IsRedrivable(in State state) => state.PoisonBlob && (!configuration.LargeBody || state.PoisonBody);

    private void Add(in State next, Party party, string who, string what) => _steps.Add(new Step(next, party, who, what));

    /// <summary>A write to the row, with If-Match where the caller has looked.</summary>
    private static void Write(ref State state, in Row row)
    {
        if (state.Row.State == RowState.Processed && row.State is not (RowState.Processed or RowState.Missing))
            state.Flaw = Flaw.ProcessedUndone;
        state.RowChanged();
        state.Row = row with { Old = false };
        if (row.State is RowState.Processed or RowState.Poisoned)
            state.Uncounted = state.EverEnded = true;
        if (row.State == RowState.Processed)
        {
            state.EverProcessed = true;
            if (state.Completed != AllHandlers)
                state.Flaw = Flaw.ProcessedUnhandled;
        }
    }

    private void UploadPayload(ref State state, byte delivery)
    {
        if (configuration.LargeBody)
            state.Payloads |= (byte)(1 << delivery);
    }

    /// <summary>A new delivery's number; all deliveries of small bodies are alike.</summary>
    private byte NewDelivery(ref State state)
    {
        if (!configuration.LargeBody)
            return 0;
        if (state.Deliveries == 8)
            throw new InvalidOperationException("A configuration led to more than 8 deliveries: give it smaller budgets.");
        return state.Deliveries++;
    }
}
