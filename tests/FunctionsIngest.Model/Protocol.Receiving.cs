namespace FunctionsIngest.Model;

internal sealed partial class Protocol
{
    private static readonly string[] ReceiverNames = ["receiver 1", "receiver 2"];

    private void ReceiverSteps(in State state, int index)
    {
        var who = ReceiverNames[index];
        var receiver = state.Receivers[index];
        if (receiver.Step == ReceiverStep.Idle)
        {
            if (state.Budget.Requests > 0 && (index == 0 || state.Receivers[0].Step != ReceiverStep.Idle))
            {
                var next = state;
                next.Budget.Requests--;
                next.Receivers[index].Step = ReceiverStep.Insert;
                Add(next, Party.None, "the sender", $"sends the webhook to {who}");
            }

            return;
        }

        if (state.Budget.Crashes > 0)
        {
            var next = state;
            next.Budget.Crashes--;
            next.Receivers[index] = default;
            Add(next, Party.None, who, "dies");
        }

        switch (receiver.Step)
        {
            case ReceiverStep.Insert:
                ReceiverInserts(state, index, who);
                break;
            case ReceiverStep.ReadRow:
                ReceiverReads(state, index, who);
                break;
            case ReceiverStep.Upload:
                ReceiverCalls(state, index, who, "uploads the payload blob", static (protocol, ref next, i) =>
                {
                    next.Receivers[i].Delivery = protocol.NewDelivery(ref next);
                    protocol.UploadPayload(ref next, next.Receivers[i].Delivery);
                    next.Receivers[i].Step = ReceiverStep.Send;
                });
                break;
            case ReceiverStep.Send:
                ReceiverCalls(state, index, who, "sends the message", static (protocol, ref next, i) =>
                {
                    next.Messages.Add(new Message(Visibility.Visible, redrive: 0, attempt: 1, next.Receivers[i].Delivery, onPoisonQueue: false));
                    next.Receivers[i].Step = next.Receivers[i].Duplicate && protocol.Mutation != Mutation.MarkBeforeSend ? ReceiverStep.Mark : ReceiverStep.Answer;
                    if (protocol.Mutation == Mutation.AnswerBeforeSend)
                        next.Receivers[i] = default;
                });
                break;
            case ReceiverStep.Mark:
                ReceiverCalls(state, index, who, state.Receivers[index].ETagCurrent ? "marks the row HandedOver" : "gets 412 for HandedOver and leaves the row", static (protocol, ref next, i) =>
                {
                    if (next.Receivers[i].ETagCurrent)
                        Write(ref next, next.Row with { State = RowState.HandedOver });
                    next.Receivers[i].ETagCurrent = false;
                    next.Receivers[i].Step = protocol.Mutation == Mutation.MarkBeforeSend ? ReceiverStep.Send : ReceiverStep.Answer;
                });
                break;
            case ReceiverStep.Answer:
                {
                    var next = state;
                    next.Accepted = true;
                    next.Receivers[index] = default;
                    if (Mutation == Mutation.AnswerBeforeSend && !receiver.Duplicate)
                        next.Receivers[index].Step = FirstStepOfSending;
                    Add(next, Party.Receivers, who, "answers 200");
                    break;
                }
        }
    }

    private void ReceiverInserts(in State state, int index, string who)
    {
        var next = state;
        if (state.Row.State != RowState.Missing)
        {
            next.Receivers[index].Step = Mutation == Mutation.DuplicateNeverSends ? ReceiverStep.Answer : ReceiverStep.ReadRow;
            Add(next, Party.Receivers, who, "inserts the row and gets 409");
        }
        else
        {
            if (state.EverProcessed)
                BeginAnew(ref next);
            Write(ref next, new Row { State = RowState.Received });
            LeaveBehind(ref next);
            next.Receivers[index].Step = Mutation == Mutation.AnswerBeforeSend ? ReceiverStep.Answer : FirstStepOfSending;
            Add(next, Party.Receivers, who, "inserts the row: Received");
            if (state.Budget.StorageFailures > 0)
            {
                next.Budget.StorageFailures--;
                next.Receivers[index].Step = ReceiverStep.ReadRow;
                Add(next, Party.None, who, "inserts the row: Received; the answer is lost, and the client's own retry gets 409");
                next.Receivers[index] = default;
                Add(next, Party.None, who, "inserts the row: Received; the answer is lost, and the sender gets 503");
            }
        }

        ReceiverFails(state, index, who);
    }

    /// <summary>
    /// The row has expired, and the same webhook is a new one: the onlooker's memory begins anew, and an answer still
    /// to come speaks of the old one.
    /// </summary>
    private static void BeginAnew(ref State state)
    {
        state.Accepted = state.EverEnded = state.EverProcessed = state.Uncounted = false;
        state.Completed = 0;
        state.MayComplete[0] = state.MayComplete[1] = 1;
        for (var i = 0; i < 2; i++)
        {
            if (state.Receivers[i].Step == ReceiverStep.Answer)
                state.Receivers[i] = default;
        }
    }

    /// <summary>Late messages were sent long before the row that has just been inserted.</summary>
    private static void LeaveBehind(ref State state)
    {
        for (var i = 0; i < Messages.Capacity; i++)
            state.Messages[i] = state.Messages[i].AsFormerIfLate();
        for (var i = 0; i < 2; i++)
            state.Processors[i].Former = state.Processors[i].Late;
    }

    private void ReceiverReads(in State state, int index, string who)
    {
        var next = state;
        switch (state.Row.State)
        {
            case RowState.Missing when Mutation != Mutation.GoneRowIsNotInserted:
                next.Receivers[index].Step = ReceiverStep.Insert;
                Add(next, Party.Receivers, who, "finds that the row is gone by now: begins again");
                break;
            case RowState.Missing or RowState.Received:
                if (state is { Row.State: RowState.Missing, EverProcessed: true })
                    BeginAnew(ref next);
                next.Receivers[index] = new Receiver
                {
                    Step = Mutation == Mutation.MarkBeforeSend ? ReceiverStep.Mark : FirstStepOfSending,
                    Duplicate = true,
                    ETagCurrent = state.Row.State == RowState.Received,
                };
                Add(next, Party.Receivers, who, "reads Received: sends again");
                break;
            default:
                next.Receivers[index] = new Receiver { Step = ReceiverStep.Answer, Duplicate = true };
                Add(next, Party.Receivers, who, "reads a later state: nothing to send");
                break;
        }

        ReceiverFails(state, index, who);
    }

    private delegate void ReceiverCall(Protocol protocol, ref State next, int index);

    /// <summary>
    /// A call that succeeds; or fails without effect; or has its effect and seems to have failed. After a failure the
    /// sender gets 503.
    /// </summary>
    private void ReceiverCalls(in State state, int index, string who, string what, ReceiverCall call)
    {
        var next = state;
        call(this, ref next, index);
        Add(next, Party.Receivers, who, what);
        if (state.Budget.StorageFailures > 0)
        {
            next.Budget.StorageFailures--;
            next.Receivers[index] = default;
            Add(next, Party.None, who, what + "; the answer is lost, and the sender gets 503");
        }

        ReceiverFails(state, index, who);
    }

    private void ReceiverFails(in State state, int index, string who)
    {
        if (state.Budget.StorageFailures == 0)
            return;
        var next = state;
        next.Budget.StorageFailures--;
        next.Receivers[index] = default;
        Add(next, Party.None, who, $"fails at {state.Receivers[index].Step} without effect, and the sender gets 503");
    }

    private Mutation Mutation => configuration.Mutation;

    private ReceiverStep FirstStepOfSending => configuration.LargeBody ? ReceiverStep.Upload : ReceiverStep.Send;
}
