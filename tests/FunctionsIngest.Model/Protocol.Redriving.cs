namespace FunctionsIngest.Model;

internal sealed partial class Protocol
{
    private static readonly string[] RedriverNames = ["redriver 1", "redriver 2"];

    private void RedriverSteps(in State state, int index)
    {
        var who = RedriverNames[index];
        var redriver = state.Redrivers[index];
        var next = state;
        if (redriver.Step == RedriverStep.Idle)
        {
            if (state.PoisonBlob && state.Budget.Redrives > 0 && (index == 0 || state.Redrivers[0].Step != RedriverStep.Idle))
            {
                next.Budget.Redrives--;
                next.Redrivers[index] = new Redriver
                {
                    Step = configuration.LargeBody && Mutation != Mutation.RedriveReadsBodyAfterRow ? RedriverStep.ReadBody : RedriverStep.ReadRow,
                    ETagCurrent = true,
                    Redrive = state.PoisonBlobRedrive,
                };
                Add(next, Party.None, who, "reads the poison blob");
            }

            return;
        }

        if (state.Budget.Crashes > 0)
        {
            next.Budget.Crashes--;
            next.Redrivers[index] = default;
            Add(next, Party.None, who, "dies");
        }

        if (state.Budget.StorageFailures > 0)
        {
            next = state;
            next.Budget.StorageFailures--;
            next.Redrivers[index] = default;
            Add(next, Party.None, who, $"fails at {redriver.Step} without effect and stops");
        }

        next = state;
        switch (redriver.Step)
        {
            case RedriverStep.ReadBody:
                if (!state.PoisonBody && state.Row.State != RowState.Processed)
                {
                    next.Redrivers[index] = default;
                    Add(next, Party.Redrivers, who, "finds no body beside the poison blob, and leaves it");
                    break;
                }

                next.Redrivers[index].BodyETagCurrent = true;
                next.Redrivers[index].Step = Mutation == Mutation.RedriveReadsBodyAfterRow ? RedriverStep.Upload : RedriverStep.ReadRow;
                Add(next, Party.Redrivers, who, "reads the body beside the poison blob");
                break;
            case RedriverStep.ReadRow:
                if (state.Row.State == RowState.Processed)
                {
                    next.Redrivers[index].Step = RedriverStep.RemoveBlob;
                    next.Redrivers[index].BodyETagCurrent |= Mutation == Mutation.RedriveReadsBodyAfterRow;
                    Add(next, Party.Redrivers, who, "reads the row: Processed, nothing to send");
                    break;
                }

                var count = Mutation == Mutation.RedriveCountsFromBlobAlone ? redriver.Redrive : Math.Max(redriver.Redrive, state.Row.Redrive);
                if (count == 3)
                    throw new InvalidOperationException("A configuration led to more than 3 redrives: give it a smaller budget.");
                next.Redrivers[index].Redrive = (byte)(count + 1);
                next.Redrivers[index].Step = !configuration.LargeBody ? FirstStepOfRedriving
                    : Mutation == Mutation.RedriveReadsBodyAfterRow ? RedriverStep.ReadBody : RedriverStep.Upload;
                Add(next, Party.Redrivers, who, "reads the row and counts on");
                break;
            case RedriverStep.Upload:
                next.Redrivers[index].Delivery = NewDelivery(ref next);
                UploadPayload(ref next, next.Redrivers[index].Delivery);
                next.Redrivers[index].Step = FirstStepOfRedriving;
                Add(next, Party.Redrivers, who, "uploads the payload blob of a new delivery");
                break;
            case RedriverStep.Send:
                next.Messages.Add(new Message(Visibility.Visible, redriver.Redrive, attempt: 1, redriver.Delivery, onPoisonQueue: false));
                next.Redrivers[index].Step = RedriverStep.RemoveBlob;
                if (Mutation == Mutation.RedriveRemovesBeforeSend)
                    next.Redrivers[index] = default;
                Add(next, Party.Redrivers, who, "sends the message");
                if (state.Budget.StorageFailures > 0)
                {
                    next.Budget.StorageFailures--;
                    next.Redrivers[index] = default;
                    Add(next, Party.None, who, "sends the message; the answer is lost, and it stops");
                }

                break;
            case RedriverStep.RemoveBlob:
                var removes = state.PoisonBlob && (redriver.ETagCurrent || Mutation == Mutation.RedriveWithoutIfMatch);
                if (removes)
                    next.PoisonBlobChanged(exists: false, redrive: 0);
                next.Redrivers[index] = Mutation == Mutation.RedriveRemovesBeforeSend && state.Row.State != RowState.Processed ? redriver with { Step = RedriverStep.Send }
                    : removes && configuration.LargeBody ? new Redriver { Step = RedriverStep.RemoveBody, BodyETagCurrent = redriver.BodyETagCurrent }
                    : default;
                Add(next, Party.Redrivers, who, removes ? "removes the poison blob" : "finds that the poison blob has changed or gone, and leaves it");
                if (removes && state.Budget.StorageFailures > 0)
                {
                    next.Budget.StorageFailures--;
                    next.Redrivers[index] = default;
                    Add(next, Party.None, who, "removes the poison blob; the answer is lost, and it stops");
                }

                break;
            case RedriverStep.RemoveBody:
                var removesBody = state.PoisonBody && (redriver.BodyETagCurrent || Mutation == Mutation.PoisonBodyWithoutIfMatch);
                if (removesBody)
                    next.PoisonBodyChanged(exists: false);
                next.Redrivers[index] = default;
                Add(next, Party.Redrivers, who, removesBody ? "removes the body beside it" : "finds that the body beside it has changed or gone, and leaves it");
                break;
        }
    }

    private RedriverStep FirstStepOfRedriving => Mutation == Mutation.RedriveRemovesBeforeSend ? RedriverStep.RemoveBlob : RedriverStep.Send;
}
