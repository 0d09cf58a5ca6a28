namespace FunctionsIngest.Model;

internal sealed partial class Protocol
{
    private static readonly string[] ProcessorNames = ["processor 1", "processor 2"];
    private static readonly string[] HandlerRuns = ["runs handler h1 to its end", "runs handler h2 to its end"];
    private static readonly string[] HandlerFailures = ["runs handler h1, which fails", "runs handler h2, which fails"];

    private void ProcessorSteps(in State state, int index)
    {
        if (state.Processors[index].Step == ProcessorStep.Idle)
        {
            if (index == 0 || state.Processors[0].Step != ProcessorStep.Idle)
                Dequeue(state, index);
            return;
        }

        if (state.Budget.Crashes > 0)
        {
            var next = state;
            next.Budget.Crashes--;
            if (configuration.CountsDeaths && Owns(state, index) && state.Row.LeaseLive && next.Died < configuration.MaxDeaths)
                next.Died++;
            Leave(ref next, index, messageStays: true);
            Add(next, Party.None, ProcessorNames[index], "dies");
        }

        switch (state.Processors[index].Step)
        {
            case ProcessorStep.Look:
                Look(state, index);
                break;
            case ProcessorStep.CopyOnLiveLease:
                Calls(state, index, "sends a copy for after the lease", Changes.Something, static (protocol, ref next, i) =>
                    SendCopy(ref next, i, next.Processors[i].Attempt, ProcessorStep.Delete));
                break;
            case ProcessorStep.Insert:
                Insert(state, index);
                break;
            case ProcessorStep.Take:
                Take(state, index);
                break;
            case ProcessorStep.Load:
                Load(state, index);
                break;
            case ProcessorStep.Start:
                Start(state, index);
                break;
            case ProcessorStep.Run:
                Run(state, index);
                break;
            case ProcessorStep.Note:
                WriteOwnRow(state, index, "notes the handler's end", static (protocol, ref next, i) =>
                {
                    Write(ref next, next.Row with { Finished = next.Processors[i].Done, LeaseLive = true });
                    next.Processors[i].Step = ProcessorStep.Start;
                    next.Processors[i].ETagCurrent = true;
                });
                break;
            case ProcessorStep.Finish:
                Finish(state, index);
                break;
            case ProcessorStep.RemovePoisonBlob:
                RemovePoisonBlob(state, index);
                break;
            case ProcessorStep.RemovePoisonBody:
                Calls(state, index, "removes the body beside it", Changes.Something, static (protocol, ref next, i) =>
                {
                    next.PoisonBodyChanged(exists: false);
                    protocol.GoRemovePayload(ref next, i);
                });
                break;
            case ProcessorStep.RemovePayload:
                RemovePayload(state, index);
                break;
            case ProcessorStep.Delete:
                Delete(state, index);
                break;
            case ProcessorStep.RetryCopy:
                Calls(state, index, "sends the retry copy", Changes.Something, static (protocol, ref next, i) =>
                    SendCopy(ref next, i, next.Processors[i].Attempt + 1, protocol.Mutation == Mutation.RowBeforeCopy ? ProcessorStep.Delete : ProcessorStep.RetryRow));
                break;
            case ProcessorStep.RetryRow:
                WriteOwnRow(state, index, "writes the failure: the next attempt, no lease", static (protocol, ref next, i) =>
                {
                    Write(ref next, next.Row with
                    {
                        Attempt = (byte)(next.Processors[i].Attempt + 1),
                        Finished = protocol.Mutation == Mutation.NoNotes ? next.Row.Finished : next.Processors[i].Done,
                        LeaseLive = false,
                        LeaseSet = false,
                    });
                    if (protocol.Mutation == Mutation.RowBeforeCopy)
                        next.Processors[i].Step = ProcessorStep.RetryCopy;
                    else
                        GoDelete(ref next, i);
                });
                break;
            case ProcessorStep.PoisonBody:
                Calls(state, index, "writes the body beside the poison blob", Changes.Something, static (protocol, ref next, i) =>
                {
                    next.PoisonBodyChanged(exists: true);
                    next.Processors[i].Step = ProcessorStep.PoisonBlob;
                });
                break;
            case ProcessorStep.PoisonBlob:
                Calls(state, index, state.Processors[index].BodyMissing ? "writes the poison blob, without touching the body beside it" : "writes the poison blob", Changes.Something, static (protocol, ref next, i) =>
                {
                    var processor = next.Processors[i];
                    next.PoisonBlobChanged(exists: true, processor.Redrive);
                    if (processor.BodyMissing && protocol.Mutation == Mutation.LostBodyIsKeptAsEmpty)
                        next.PoisonBodyChanged(exists: false);
                    next.Processors[i].Step = ProcessorStep.PoisonRow;
                    if (protocol.Mutation == Mutation.PoisonRowBeforeBlob || processor.LeavesRow)
                        protocol.GoRemovePayload(ref next, i);
                });
                break;
            case ProcessorStep.PoisonRow:
                WriteOwnRow(state, index, "writes the row: Poisoned", static (protocol, ref next, i) =>
                {
                    Write(ref next, next.Row with { State = RowState.Poisoned, Finished = next.Processors[i].Done, LeaseLive = false, LeaseSet = false });
                    if (protocol.Mutation == Mutation.PoisonRowBeforeBlob)
                        next.Processors[i].Step = ProcessorStep.PoisonBlob;
                    else
                        protocol.GoRemovePayload(ref next, i);
                });
                break;
            case ProcessorStep.FailureCopy:
                FailureCopy(state, index);
                break;
            case ProcessorStep.ReleaseAndReturn or ProcessorStep.ReleaseAndThrow:
                Release(state, index);
                break;
            case ProcessorStep.Throw:
                {
                    var next = state;
                    Leave(ref next, index, messageStays: true);
                    Add(next, PartyOf(state, index), ProcessorNames[index], "throws, so that the host shows the message again later");
                    break;
                }

            case ProcessorStep.MoveCopy:
                {
                    var next = state;
                    var processor = state.Processors[index];
                    next.Messages.Add(new Message(Visibility.Visible, processor.Redrive, processor.Attempt, processor.Delivery, onPoisonQueue: true, processor.Late, processor.Former));
                    next.Processors[index] = new Processor { Step = ProcessorStep.MoveDelete };
                    Add(next, PartyOf(state, index), ProcessorNames[index], "(its host) copies the message to the poison queue");
                    break;
                }

            case ProcessorStep.MoveDelete:
                Delete(state, index);
                break;
        }
    }

    private void Dequeue(in State state, int index)
    {
        for (var i = 0; i < Messages.Capacity; i++)
        {
            var message = state.Messages[i];
            if (message.Visibility is not (Visibility.Visible or Visibility.LooseFromFirst or Visibility.LooseFromSecond))
                continue;
            if (i > 0 && state.Messages[i - 1] == message)
                continue;
            var next = state;
            var atLimit = !message.OnPoisonQueue && message.Dequeued >= DequeueLimit;
            next.Messages[i] = atLimit ? message.With(Visibility.HeldByFirst + (byte)index) : message.DequeuedBy(index);
            next.Processors[index] = new Processor
            {
                Step = atLimit ? ProcessorStep.MoveCopy : ProcessorStep.Look,
                Redrive = (byte)message.Redrive,
                Attempt = (byte)message.Attempt,
                Delivery = (byte)message.Delivery,
                FromPoisonQueue = message.OnPoisonQueue,
                Late = message.Late,
                Former = message.Former,
            };
            Add(next, Party.OtherProcessors, ProcessorNames[index], message.OnPoisonQueue
                ? "takes a message from the poison queue"
                : atLimit ? "(its host) takes a message that has been taken too often" : "takes a message from the queue");
        }
    }

    /// <summary>Reads the row, and goes on as the decision table says.</summary>
    private void Look(in State state, int index)
    {
        var next = state;
        var row = state.Row;
        ref var processor = ref next.Processors[index];
        string what;
        if (Owns(state, index))
        {
            Hold(ref next, index);
            what = "reads that its write, whose answer was lost, has taken the row";
        }
        else
        {
            switch (Decide(row, processor))
            {
                case Decision.DropAtEnd when row.State == RowState.Processed:
                    GoRemove(ref next, index, dropping: true);
                    what = "reads Processed: drops the message";
                    break;
                case Decision.DropAtEnd:
                    if (Mutation == Mutation.CopyWhenPoisoned)
                        processor.Step = ProcessorStep.CopyOnLiveLease;
                    else
                        GoRemovePayload(ref next, index);
                    what = "reads Poisoned: drops the message";
                    break;
                case Decision.KeepFormer:
                    processor.GivesUp = processor.LeavesRow = true;
                    processor.Step = configuration.LargeBody ? ProcessorStep.Load : FirstStepOfPoison;
                    what = "reads a row that was inserted long after the message was sent: leaves it";
                    break;
                case Decision.DropAsOlder:
                    if (Mutation == Mutation.DropRemovesPayload)
                        GoRemovePayload(ref next, index);
                    else
                        GoDelete(ref next, index);
                    what = "reads a row that is ahead of the message: drops it";
                    break;
                case Decision.Defer:
                    if (Mutation == Mutation.DropOnLiveLease)
                        GoDelete(ref next, index);
                    else
                        processor.Step = ProcessorStep.CopyOnLiveLease;
                    what = "reads a live lease";
                    break;
                case Decision.Insert or Decision.InsertOutlived:
                    processor.Step = ProcessorStep.Insert;
                    processor.ETagCurrent = true;
                    what = "finds no row";
                    break;
                default:
                    processor.Step = ProcessorStep.Take;
                    processor.ETagCurrent = true;
                    what = "reads a row that it may take";
                    break;
            }
        }

        Add(next, PartyOf(state, index), ProcessorNames[index], what);
        if (processor.Step == ProcessorStep.CopyOnLiveLease && Mutation == Mutation.LeaseByOwnClock)
        {
            processor.Step = ProcessorStep.Take;
            processor.ETagCurrent = true;
            Add(next, PartyOf(state, index), ProcessorNames[index], "reads a live lease, and its own clock, which is ahead, says that it has lapsed");
        }

        Fails(state, index);
    }

    /// <summary>The decision table, which <see cref="DecisionTests"/> compares with the product's.</summary>
    /// <param name="row">The row.</param>
    /// <param name="message">The processor with the message in hand.</param>
    public Decision Decide(in Row row, in Processor message) => row.State switch
    {
        RowState.Unreadable => Decision.KeepUnreadable,
        RowState.Missing => message.Late && Mutation != Mutation.LateIsInsertedAnew ? Decision.InsertOutlived : Decision.Insert,
        RowState.Processed => Decision.DropAtEnd,
        RowState.Poisoned when message.Redrive <= row.Redrive => Decision.DropAtEnd,
        _ when message.Former && Mutation != Mutation.FormerTakesTheRow => Decision.KeepFormer,
        RowState.Processing when IsOlder(message, row) => Decision.DropAsOlder,
        RowState.Processing when row.LeaseLive && Mutation != Mutation.TakeOnLiveLease => Decision.Defer,
        _ => Decision.Take,
    };

    private bool IsOlder(in Processor message, in Row row)
    {
        var difference = ((message.Redrive << 2) | message.Attempt) - ((row.Redrive << 2) | row.Attempt);
        return Mutation == Mutation.EqualCountsAsOlder ? difference <= 0 : difference < 0;
    }

    private void Insert(in State state, int index)
    {
        if (state.Row.State == RowState.Missing)
        {
            Calls(state, index, "inserts the row: Processing", Changes.Row, static (protocol, ref next, i) => protocol.WriteTaken(ref next, i));
            return;
        }

        var next = state;
        next.Processors[index].Step = ProcessorStep.Look;
        Add(next, PartyOf(state, index), ProcessorNames[index], "inserts the row and gets 409");
        Fails(state, index);
    }

    private void Take(in State state, int index)
    {
        if (state.Processors[index].ETagCurrent || Mutation == Mutation.TakeWithoutIfMatch)
        {
            Calls(state, index, "takes the row", Changes.Row, static (protocol, ref next, i) => protocol.WriteTaken(ref next, i));
            return;
        }

        var next = state;
        next.Processors[index].Step = ProcessorStep.Look;
        Add(next, PartyOf(state, index), ProcessorNames[index], "takes the row and gets 412");
        Fails(state, index);
    }

    private void WriteTaken(ref State state, int index)
    {
        var before = state.Row;
        var processor = state.Processors[index];
        if (before.State == RowState.Missing && processor.Late && !state.EverEnded && Mutation != Mutation.LateIsInsertedAnew)
            state.Flaw = Flaw.OutlivedUnended;
        var isNewRedrive = before.State != RowState.Missing && processor.Redrive > before.Redrive;
        if ((before.Outlived && isNewRedrive) || (before.State == RowState.Missing && state.EverProcessed && processor.Redrive > 0))
        {
            // The notes had gone with an earlier row, and somebody wants the event once more all the same.
            state.Excuse(AllHandlers);
        }

        if (isNewRedrive)
            state.Died = 0;
        var forgets = isNewRedrive && Mutation != Mutation.RedriveKeepsDeaths;
        Write(ref state, new Row
        {
            State = RowState.Processing,
            Owner = (byte)(index + 1),
            LeaseLive = true,
            LeaseSet = true,
            Deaths = forgets ? (byte)0 : DeathsAt(before),
            Outlived = Decide(before, processor) == Decision.InsertOutlived ? Mutation != Mutation.OutlivedIsNotMarked : before.Outlived && !forgets,
            Redrive = processor.Redrive,
            Attempt = processor.Attempt,
            Finished = Mutation == Mutation.NotesNotCarriedOver ? (byte)0 : before.Finished,
            TakenAgain = before.State is RowState.Processing or RowState.Poisoned || processor.Redrive > 0 || processor.Attempt > 1,
        });
        Hold(ref state, index);
        if (isNewRedrive && !processor.FromPoisonQueue && state.Processors[index].GivesUp)
            state.Flaw = Flaw.GivenUpUnrun;
        if (Mutation == Mutation.OutlivedIsNotMarked && before.State == RowState.Missing && processor.Late)
        {
            state.Processors[index].GivesUp = true;
            state.Processors[index].Step = configuration.LargeBody ? ProcessorStep.Load : FirstStepOfPoison;
        }
    }

    /// <summary>A row as it is taken, and whether the event is given up; see <see cref="DecisionTests"/>.</summary>
    public (Row Row, bool GivesUp) Take(in Row before, in Processor message)
    {
        var state = new State { Row = before };
        state.Processors[0] = message;
        WriteTaken(ref state, 0);
        return (state.Row, state.Processors[0].GivesUp);
    }

    /// <summary>The deaths that a row has seen when it is taken again.</summary>
    private byte DeathsAt(in Row row)
    {
        var died = configuration.CountsDeaths && Mutation != Mutation.DeathsAreNotCounted && row is { State: RowState.Processing, LeaseSet: true };
        return (byte)Math.Min(row.Deaths + (died ? 1 : 0), configuration.MaxDeaths);
    }

    private void Hold(ref State state, int index)
    {
        ref var processor = ref state.Processors[index];
        processor.ETagCurrent = true;
        processor.Done = state.Row.Finished;
        processor.GivesUp = processor.FromPoisonQueue || state.Row.Outlived || state.Row.Deaths == configuration.MaxDeaths;
        processor.Step = configuration.LargeBody ? ProcessorStep.Load : FirstStepOfWork(processor);
    }

    private void Load(in State state, int index)
    {
        var next = state;
        ref var processor = ref next.Processors[index];
        if ((state.Payloads & (1 << processor.Delivery)) != 0)
        {
            processor.Step = FirstStepOfWork(processor);
            Add(next, PartyOf(state, index), ProcessorNames[index], "reads the payload blob");
        }
        else
        {
            processor.BodyMissing = true;
            processor.Step = Mutation == Mutation.PoisonRowBeforeBlob ? ProcessorStep.PoisonRow : ProcessorStep.PoisonBlob;
            Add(next, PartyOf(state, index), ProcessorNames[index], "finds no payload blob");
        }

        Fails(state, index);
    }

    /// <summary>No handler is started by a processor that has lost the row, which its own clock tells it.</summary>
    private void Start(in State state, int index)
    {
        var next = state;
        ref var processor = ref next.Processors[index];
        string what;
        if (processor.Done == AllHandlers)
        {
            processor.Step = ProcessorStep.Finish;
            what = "finds that every handler has finished";
        }
        else if ((Owns(state, index) && state.Row.LeaseLive) || Mutation == Mutation.StartsAfterLoss)
        {
            processor.Step = ProcessorStep.Run;
            if (configuration.CountsDeaths && state.Died == configuration.MaxDeaths)
                next.Flaw = Flaw.RanAfterDeaths;
            what = "starts the next handler";
        }
        else
        {
            GoLook(ref next, index);
            what = "knows that it has lost the row";
        }

        Add(next, PartyOf(state, index), ProcessorNames[index], what);
    }

    private static int NextHandler(in Processor processor) => processor.Done & 1;

    private void Run(in State state, int index)
    {
        var processor = state.Processors[index];
        var handler = NextHandler(processor);
        var next = state;
        next.Processors[index].Done |= (byte)(1 << handler);
        next.Processors[index].Step = next.Processors[index].Done == AllHandlers ? ProcessorStep.Finish
            : Mutation == Mutation.NoNotes ? ProcessorStep.Start : ProcessorStep.Note;
        next.Completed |= (byte)(1 << handler);
        if (next.MayComplete[handler] == 0)
            next.Flaw = Flaw.HandlerRanTwice;
        else
            next.MayComplete[handler]--;
        Add(next, PartyOf(state, index), ProcessorNames[index], HandlerRuns[handler]);

        next = state;
        next.Processors[index].Step = processor.Attempt == configuration.Attempts ? FirstStepOfPoison
            : Mutation == Mutation.RowBeforeCopy ? ProcessorStep.RetryRow : ProcessorStep.RetryCopy;
        Add(next, PartyOf(state, index), ProcessorNames[index], HandlerFailures[handler]);
    }

    /// <summary>Processed, whatever the row says by now.</summary>
    private void Finish(in State state, int index)
    {
        if (Mutation == Mutation.PayloadBeforeProcessed && (state.Payloads & (1 << state.Processors[index].Delivery)) != 0)
        {
            var removed = state;
            removed.Payloads &= (byte)~(1 << state.Processors[index].Delivery);
            Add(removed, PartyOf(state, index), ProcessorNames[index], "removes its payload blob");
            return;
        }

        if (Mutation == Mutation.PoisonBlobBeforeProcessed && state.PoisonBlob)
        {
            var removed = state;
            removed.PoisonBlobChanged(exists: false, redrive: 0);
            Add(removed, PartyOf(state, index), ProcessorNames[index], "removes the poison blob");
            return;
        }

        if (!state.Processors[index].ETagCurrent)
        {
            var next = state;
            if (state.Row.State == RowState.Processed)
            {
                next.Uncounted = false;
                GoRemove(ref next, index, dropping: false);
                Add(next, PartyOf(state, index), ProcessorNames[index], "gets 412 for Processed and reads that the row says it already");
            }
            else
            {
                next.Processors[index].ETagCurrent = true;
                Add(next, PartyOf(state, index), ProcessorNames[index], "gets 412 for Processed and reads the row again");
            }

            Fails(state, index);
            return;
        }

        Calls(state, index, "writes the row: Processed", Changes.Row, static (protocol, ref next, i) =>
        {
            var redrive = Math.Max(next.Row.Redrive, next.Processors[i].Redrive);
            Write(ref next, next.Row with
            {
                State = RowState.Processed,
                Owner = protocol.Mutation == Mutation.ProcessedKeepsOwner ? next.Row.Owner : (byte)(i + 1),
                Redrive = redrive,
                LeaseLive = false,
                LeaseSet = false,
                Finished = AllHandlers,
            });
            protocol.GoRemove(ref next, i, dropping: false);
        });
    }

    /// <summary>The poison blob, and then the body beside it. Where there is no blob, a body is left alone.</summary>
    private void RemovePoisonBlob(in State state, int index)
    {
        if (!state.PoisonBlob)
        {
            Calls(state, index, "finds no poison blob to remove", Changes.Something, static (protocol, ref next, i) => protocol.GoRemovePayload(ref next, i));
            return;
        }

        Calls(state, index, "removes the poison blob", Changes.Something, static (protocol, ref next, i) =>
        {
            next.PoisonBlobChanged(exists: false, redrive: 0);
            protocol.GoRemovePoisonBody(ref next, i);
        });
        if (configuration.LargeBody && state.Budget.StorageFailures > 0)
        {
            var next = state;
            next.Budget.StorageFailures--;
            next.PoisonBlobChanged(exists: false, redrive: 0);
            GoRemovePayload(ref next, index);
            Add(next, Party.None, ProcessorNames[index], "removes the poison blob; the answer is lost, and the client's own retry finds none");
        }
    }

    private void RemovePayload(in State state, int index)
    {
        var next = state;
        next.Payloads &= (byte)~(1 << state.Processors[index].Delivery);
        next.OldPayloads &= next.Payloads;
        GoDelete(ref next, index);
        Add(next, PartyOf(state, index), ProcessorNames[index], "removes its payload blob");
        if (state.Budget.StorageFailures > 0)
        {
            next = state;
            next.Budget.StorageFailures--;
            GoDelete(ref next, index);
            Add(next, Party.None, ProcessorNames[index], "fails to remove its payload blob and leaves it to the sweep");
        }
    }

    private void Delete(in State state, int index)
    {
        var next = state;
        Leave(ref next, index, messageStays: false);
        Add(next, PartyOf(state, index), ProcessorNames[index], state.Messages.IndexHeldBy(index) >= 0 ? "returns, and its host deletes the message" : "returns; its message is another's by now");
        if (state.Budget.StorageFailures > 0)
        {
            next = state;
            next.Budget.StorageFailures--;
            Leave(ref next, index, messageStays: true);
            Add(next, Party.None, ProcessorNames[index], "returns, and its host fails to delete the message");
        }
    }

    /// <summary>A storage call has failed: a delayed copy of the same attempt, and a normal return.</summary>
    private void FailureCopy(in State state, int index)
    {
        var next = state;
        SendCopy(ref next, index, next.Processors[index].Attempt, ProcessorStep.ReleaseAndReturn);
        Add(next, PartyOf(state, index), ProcessorNames[index], "sends a copy of the same attempt, since storage failed");
        if (state.Budget.StorageFailures > 0)
        {
            next.Budget.StorageFailures--;
            next.Processors[index].Step = ProcessorStep.ReleaseAndThrow;
            Add(next, Party.None, ProcessorNames[index], "sends a copy of the same attempt; the answer is lost");
            next = state;
            next.Budget.StorageFailures--;
            next.Processors[index].Step = ProcessorStep.ReleaseAndThrow;
            Add(next, Party.None, ProcessorNames[index], "fails to send a copy of the same attempt");
        }
    }

    /// <summary>
    /// Gives up the lease, if the row is still its own, and notes which handlers have finished. A row at its end under
    /// its own owner id tells that the write which seemed to fail has not.
    /// </summary>
    private void Release(in State state, int index)
    {
        var processor = state.Processors[index];
        var then = new Processor { Step = processor.Step == ProcessorStep.ReleaseAndReturn ? ProcessorStep.Delete : ProcessorStep.Throw };
        var own = Owns(state, index);
        var next = state;
        if (own)
            Write(ref next, state.Row with { LeaseLive = false, LeaseSet = false, Finished = (byte)(state.Row.Finished | processor.Done) });
        else if (HasEnded(state, index))
            next.Uncounted = false;
        next.Excuse(processor.Done & ~next.Row.Finished);
        next.Processors[index] = then;
        Add(next, PartyOf(state, index), ProcessorNames[index], own ? "gives up its lease" : "has no lease to give up");
        if (own && state.Budget.StorageFailures > 0)
        {
            next = state;
            next.Budget.StorageFailures--;
            next.Excuse(processor.Done & ~next.Row.Finished);
            next.Processors[index] = then;
            Add(next, Party.None, ProcessorNames[index], "fails to give up its lease");
        }
    }

    private delegate void ProcessorCall(Protocol protocol, ref State next, int index);

    /// <summary>What a call writes: a row's write is tried again by the client, and may meet its own effect.</summary>
    private enum Changes
    {
        Row,
        Something,
    }

    /// <summary>A call that succeeds; or fails without effect; or has its effect and seems to have failed.</summary>
    private void Calls(in State state, int index, string what, Changes changes, ProcessorCall call)
    {
        var next = state;
        call(this, ref next, index);
        var uncounted = next.Uncounted;
        if (changes == Changes.Row && next.Row.State is RowState.Processed or RowState.Poisoned)
            next.Uncounted = false;
        Add(next, PartyOf(state, index), ProcessorNames[index], what);
        if (state.Budget.StorageFailures > 0)
        {
            next.Uncounted = uncounted;
            next.Budget.StorageFailures--;
            var after = state.Processors[index];
            if (changes == Changes.Row)
            {
                next.Processors[index] = after with { ETagCurrent = false };
                Add(next, Party.None, ProcessorNames[index], what + "; the answer is lost, and the client's own retry meets the changed row");
            }

            next.Processors[index] = changes == Changes.Row ? after with { ETagCurrent = false } : after;
            GoFail(ref next, index);
            Add(next, Party.None, ProcessorNames[index], what + "; the answer is lost");
        }

        Fails(state, index);
    }

    /// <summary>
    /// A write with If-Match to a row that is the processor's own. On 412 it looks again. It has written a row that is
    /// at its end under its own owner id. If the row is another's, its message goes through the table again.
    /// </summary>
    private void WriteOwnRow(in State state, int index, string what, ProcessorCall call)
    {
        if (state.Processors[index].ETagCurrent)
        {
            Calls(state, index, what, Changes.Row, call);
            return;
        }

        var next = state;
        ref var processor = ref next.Processors[index];
        string what412;
        if (Owns(state, index))
        {
            processor.ETagCurrent = true;
            what412 = "gets 412 and reads that the row is still its own";
        }
        else if (HasEnded(state, index) && Mutation != Mutation.LostEndIsAnothers)
        {
            next.Uncounted = false;
            GoRemovePayload(ref next, index);
            what412 = "gets 412 and reads that the end is its own";
        }
        else
        {
            GoLook(ref next, index);
            what412 = "gets 412 and reads that the row is another's by now";
        }

        Add(next, PartyOf(state, index), ProcessorNames[index], what412);
        Fails(state, index);
    }

    private void Fails(in State state, int index)
    {
        if (state.Budget.StorageFailures == 0)
            return;
        var next = state;
        next.Budget.StorageFailures--;
        GoFail(ref next, index);
        Add(next, Party.None, ProcessorNames[index], "has a storage call fail without effect");
    }

    /// <summary>
    /// A storage failure. From the poison queue: the lease is given up, and throw, the message comes back. Once the
    /// retry copy is sent: give up the lease and return, the copy goes on. Else: a copy of the same attempt, and the
    /// lease is given up.
    /// </summary>
    private void GoFail(ref State state, int index)
    {
        ref var processor = ref state.Processors[index];
        switch (processor.Step)
        {
            case ProcessorStep.RetryRow when Mutation != Mutation.RowBeforeCopy:
                processor.Step = ProcessorStep.ReleaseAndReturn;
                return;
            case ProcessorStep.RemovePoisonBlob when Mutation == Mutation.FailedRemovalIsLeft:
                GoDelete(ref state, index);
                return;
            case ProcessorStep.Look or ProcessorStep.Insert or ProcessorStep.Take when state.Row.Owner == index + 1:
                ForgetOwner(ref state, index);
                break;
        }

        processor = processor with
        {
            Step = processor.FromPoisonQueue ? ProcessorStep.ReleaseAndThrow : ProcessorStep.FailureCopy,
            BodyMissing = false,
            GivesUp = false,
            LeavesRow = false,
        };
    }

    private static void SendCopy(ref State state, int index, int attempt, ProcessorStep then)
    {
        var processor = state.Processors[index];
        state.Messages.Add(new Message(Visibility.Delayed, processor.Redrive, attempt, processor.Delivery, processor.FromPoisonQueue, processor.Late, processor.Former));
        if (then == ProcessorStep.Delete)
            GoDelete(ref state, index);
        else
            state.Processors[index].Step = then;
    }

    private void GoRemove(ref State state, int index, bool dropping)
    {
        var looksForBlob = state.Row.TakenAgain && !(dropping && state.Processors[index].Late && Mutation != Mutation.LateDropTakesPoisonBlob) && Mutation != Mutation.PoisonBlobStays && !(dropping && Mutation == Mutation.DropLeavesPoisonBlob);
        if (looksForBlob)
            state.Processors[index] = state.Processors[index] with { Step = ProcessorStep.RemovePoisonBlob, Done = 0, ETagCurrent = false };
        else
            GoRemovePayload(ref state, index);
    }

    private void GoRemovePoisonBody(ref State state, int index)
    {
        if (configuration.LargeBody)
            state.Processors[index].Step = ProcessorStep.RemovePoisonBody;
        else
            GoDelete(ref state, index);
    }

    private void GoRemovePayload(ref State state, int index)
    {
        if (configuration.LargeBody)
            state.Processors[index] = new Processor { Step = ProcessorStep.RemovePayload, Delivery = state.Processors[index].Delivery };
        else
            GoDelete(ref state, index);
    }

    /// <summary>The row is another's: the message goes through the table again.</summary>
    private static void GoLook(ref State state, int index)
    {
        ref var processor = ref state.Processors[index];
        state.Excuse(processor.Done & ~state.Row.Finished);
        processor = processor with { Step = ProcessorStep.Look, Done = 0, BodyMissing = false, GivesUp = false, ETagCurrent = false };
        ForgetOwner(ref state, index);
    }

    private static void GoDelete(ref State state, int index) => state.Processors[index] = new Processor { Step = ProcessorStep.Delete };

    /// <summary>
    /// The processor has no message any more; a row that it still owns has an owner that will not come back.
    /// </summary>
    private static void Leave(ref State state, int index, bool messageStays)
    {
        state.Excuse(state.Processors[index].Done & ~state.Row.Finished);
        state.Processors[index] = default;
        ForgetOwner(ref state, index);
        var held = state.Messages.IndexHeldBy(index);
        if (held < 0)
            return;
        var message = state.Messages[held];
        state.Messages[held] = !messageStays ? default
            : message.With(message.Visibility >= Visibility.LooseFromFirst ? Visibility.Visible : Visibility.Delayed);
    }

    /// <summary>Each taking has an owner id of its own: what the row says of an earlier one no longer counts.</summary>
    private static void ForgetOwner(ref State state, int index)
    {
        if (state.Row.Owner == index + 1)
            state.Row.Owner = state.Row.LeaseLive ? Row.Gone : Row.Nobody;
    }

    private ProcessorStep FirstStepOfWork(in Processor processor) => processor.GivesUp ? FirstStepOfPoison : ProcessorStep.Start;

    private ProcessorStep FirstStepOfPoison =>
        Mutation == Mutation.PoisonRowBeforeBlob ? ProcessorStep.PoisonRow : configuration.LargeBody ? ProcessorStep.PoisonBody : ProcessorStep.PoisonBlob;

    private static bool Owns(in State state, int index) => state.Row.State == RowState.Processing && state.Row.Owner == index + 1;

    /// <summary>Whether the row is at an end that has this processor's owner id.</summary>
    private static bool HasEnded(in State state, int index) => state.Row.State is RowState.Processed or RowState.Poisoned && state.Row.Owner == index + 1;

    private static Party PartyOf(in State state, int index) => state.Row.Owner == index + 1 ? Party.Holder : Party.OtherProcessors;
}
