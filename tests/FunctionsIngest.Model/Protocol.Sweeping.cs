namespace FunctionsIngest.Model;

internal sealed partial class Protocol
{
    private const string Who = "the sweep";

    private void SweepSteps(in State state)
    {
        if (state.Sweep.Step == SweepStep.Idle)
        {
            if (state.Row.Old || state.OldPayloads != 0)
                BeginSweep(state, new Sweep { Step = FirstCount, Empty = true }, HasToSweep(state), "begins");
            if (ListsBody(state))
                BeginSweep(state, new Sweep { Step = FirstStepOfBody, BodyETagCurrent = true }, !state.PoisonBlob || FirstStepOfBody == SweepStep.RemovePoisonBody, "lists the body in poison");
            return;
        }

        var next = state;
        if (state.Budget.Crashes > 0)
        {
            next.Budget.Crashes--;
            next.Sweep = default;
            Add(next, Party.None, Who, "dies");
        }

        next = state;
        switch (state.Sweep.Step)
        {
            case SweepStep.CountQueue:
                next.Sweep.Empty &= !state.Messages.Any(onPoisonQueue: false);
                next.Sweep.Step = Mutation == Mutation.SweepCountsPoisonQueueFirst ? SweepStep.ReadRow : SweepStep.CountPoisonQueue;
                Add(next, Party.Sweep, Who, "counts the queue");
                break;
            case SweepStep.CountPoisonQueue:
                next.Sweep.Empty &= !state.Messages.Any(onPoisonQueue: true);
                next.Sweep.Step = Mutation == Mutation.SweepCountsPoisonQueueFirst ? SweepStep.CountQueue : SweepStep.ReadRow;
                Add(next, Party.Sweep, Who, "counts the poison queue");
                break;
            case SweepStep.ReadRow:
                var step = AfterReading(state.Row, state.OldPayloads != 0, state.Sweep.Empty);
                next.Sweep = step == SweepStep.Idle ? default : new Sweep { Step = step, ETagCurrent = true };
                Add(next, Party.Sweep, Who, "reads the row");
                break;
            case SweepStep.RemoveRow:
                next.Sweep = default;
                if (state.Sweep.ETagCurrent)
                    ExpireRow(ref next);
                Add(next, Party.Sweep, Who, state.Sweep.ETagCurrent ? "removes the row" : "finds that the row has changed, and leaves it");
                break;
            case SweepStep.RemovePayloads:
                next.Sweep = default;
                next.Payloads &= (byte)~state.OldPayloads;
                next.OldPayloads = 0;
                Add(next, Party.Sweep, Who, "removes the old payload blobs");
                break;
            case SweepStep.LookForPoisonBlob:
                next.Sweep = state.PoisonBlob ? default : state.Sweep with { Step = SweepStep.RemovePoisonBody };
                Add(next, Party.Sweep, Who, state.PoisonBlob ? "finds the poison blob beside it, and leaves it" : "finds no poison blob beside it");
                break;
            case SweepStep.RemovePoisonBody:
                next.Sweep = default;
                var removes = state.PoisonBody && (state.Sweep.BodyETagCurrent || Mutation == Mutation.SweepRemovesBodyWithoutIfMatch);
                if (removes)
                    next.PoisonBodyChanged(exists: false);
                Add(next, Party.Sweep, Who, removes ? "removes the body in poison" : "finds that the body in poison has changed or gone, and leaves it");
                break;
        }
    }

    /// <summary>
    /// A sweep that has something to remove begins some day; one that has not may begin all the same, and find
    /// something by then.
    /// </summary>
    private void BeginSweep(in State state, in Sweep sweep, bool hasTo, string what)
    {
        var next = state;
        next.Sweep = sweep;
        if (hasTo)
        {
            Add(next, Party.Sweep, Who, what);
        }
        else if (state.Budget.IdleSweeps > 0)
        {
            next.Budget.IdleSweeps--;
            Add(next, Party.None, Who, $"{what}, with nothing to remove as yet");
        }
    }

    private bool ListsBody(in State state) => Mutation switch
    {
        Mutation.SweepTakesYoungBodies => state.PoisonBody,
        Mutation.SweepLeavesBodies => false,
        _ => state.OldPoisonBody,
    };

    private SweepStep FirstStepOfBody => Mutation == Mutation.SweepLooksForNoPoisonBlob ? SweepStep.RemovePoisonBody : SweepStep.LookForPoisonBlob;

    private SweepStep FirstCount => Mutation == Mutation.SweepCountsPoisonQueueFirst ? SweepStep.CountPoisonQueue : SweepStep.CountQueue;

    private bool HasToSweep(in State state) =>
        AfterReading(state.Row, state.OldPayloads != 0, !state.Messages.Any(onPoisonQueue: false) && !state.Messages.Any(onPoisonQueue: true)) != SweepStep.Idle;

    private SweepStep AfterReading(in Row row, bool oldPayloads, bool empty)
    {
        var payloadsUnowned = row.State switch
        {
            RowState.Processed => true,
            RowState.Poisoned => empty || Mutation == Mutation.SweepTakesPoisonedForFinal,
            RowState.Missing => empty || Mutation == Mutation.SweepIgnoresQueues,
            _ => false,
        };
        if (payloadsUnowned && oldPayloads)
            return SweepStep.RemovePayloads;
        var expires = row.Old && row.State switch
        {
            RowState.Missing => false,
            RowState.Processed or RowState.Poisoned => true,
            _ => empty || Mutation == Mutation.UnfinishedRowsExpire,
        };
        return expires ? SweepStep.RemoveRow : SweepStep.Idle;
    }

    /// <summary>Removes the row, and with it the notes: only a redrive may run handlers again.</summary>
    private static void ExpireRow(ref State state)
    {
        if (state.Row.State == RowState.Poisoned)
            state.Excuse(AllHandlers);
        state.Died = 0;
        Write(ref state, default);
    }
}
