namespace FunctionsIngest.Model;

internal sealed partial class Protocol
{
    private void TimeSteps(in State state)
    {
        for (var i = 0; i < Messages.Capacity; i++)
        {
            var message = state.Messages[i];
            if (message.Visibility == Visibility.Delayed)
            {
                var next = state;
                next.Messages[i] = message.With(Visibility.Visible);
                Add(next, Party.MessageClock, "time", "makes a delayed message visible");
            }
            else if (message.Visibility is Visibility.HeldByFirst or Visibility.HeldBySecond && state.Budget.EarlyRedeliveries > 0)
            {
                var next = state;
                next.Budget.EarlyRedeliveries--;
                next.Messages[i] = message.With(message.Visibility + (Visibility.LooseFromFirst - Visibility.HeldByFirst));
                Add(next, Party.None, "time", "makes a message visible that is still being worked on");
            }
        }

        if (state.Row.LeaseLive && state.Row.Owner == Row.Gone)
        {
            var next = state;
            next.Row.LeaseLive = false;
            next.Row.Owner = Row.Nobody;
            Add(next, Party.LeaseClock, "time", "ends the lease of an owner that is gone");
        }
        else if (state.Row.LeaseLive && state.Row.Owner != Row.Nobody && state.Budget.Stalls > 0)
        {
            var next = state;
            next.Budget.Stalls--;
            next.Row.LeaseLive = false;
            next.Excuse(UnnotedBy(state.Processors[state.Row.Owner - 1]) & ~state.Row.Finished);
            Add(next, Party.None, "time", "ends the lease although its holder still runs: the holder is stalled");
        }
        else if (state.Row is { State: RowState.Processing, LeaseLive: false, Owner: 1 or 2 } && IsWorking(state.Processors[state.Row.Owner - 1].Step))
        {
            var next = state;
            var holder = state.Row.Owner - 1;
            var current = state.Processors[holder].ETagCurrent;
            next.RowChanged();
            next.Row.LeaseLive = next.Row.LeaseSet = true;
            next.Row.Finished |= state.Processors[holder].Done;
            next.Processors[holder].ETagCurrent = current;
            Add(next, Party.None, ProcessorNames[holder], "renews its lease after all");
        }

        if (state.Budget.Retentions > 0 && IsQuiet(state))
        {
            var next = state;
            next.Budget.Retentions--;
            next.Row.Old = state.Row.State != RowState.Missing;
            next.OldPayloads = state.Payloads;
            next.OldPoisonBody = state.PoisonBody;
            for (var i = 0; i < Messages.Capacity; i++)
                next.Messages[i] = next.Messages[i].AsLate();
            Add(next, Party.None, "time", "passes: the retention");
        }
    }

    private static bool IsWorking(ProcessorStep step) =>
        step is ProcessorStep.Load or ProcessorStep.Start or ProcessorStep.Run or ProcessorStep.Note or ProcessorStep.Finish
            or ProcessorStep.RetryCopy or ProcessorStep.PoisonBody or ProcessorStep.PoisonBlob or ProcessorStep.PoisonRow;

    /// <summary>The handlers that a processor has run or is running, one bit each.</summary>
    private static int UnnotedBy(in Processor processor) =>
        processor.Done | (processor.Step == ProcessorStep.Run ? 1 << NextHandler(processor) : 0);

    /// <summary>
    /// Whether the retention can pass: everything that takes minutes or hours is over. Messages may still wait, as they
    /// do through an outage.
    /// </summary>
    private static bool IsQuiet(in State state)
    {
        for (var i = 0; i < 2; i++)
        {
            if (state.Receivers[i].Step != ReceiverStep.Idle || state.Processors[i].Step != ProcessorStep.Idle || state.Redrivers[i].Step != RedriverStep.Idle)
                return false;
        }

        if (state.Sweep.Step != SweepStep.Idle || state.Row.LeaseLive || state is { Row.State: RowState.Missing, Payloads: 0, PoisonBody: false })
            return false;
        return !state.Messages.AnyAt(static message => message.Visibility != Visibility.Visible);
    }
}
