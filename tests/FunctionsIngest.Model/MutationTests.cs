using Xunit.Abstractions;

namespace FunctionsIngest.Model;

/// <summary>The model has teeth: each rule of the protocol, broken on purpose, leads to a counterexample.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private static readonly Dictionary<Mutation, (string Problem, Configuration World)> Broken = new()
    {
        [Mutation.DuplicateNeverSends] = ("is nowhere", new() { Name = "resends and a crash", Requests = 2, Crashes = 1, Attempts = 1 }),
        [Mutation.MarkBeforeSend] = ("left unfinished", new() { Name = "resends and crashes", Requests = 2, Crashes = 2, Attempts = 1 }),
        [Mutation.AnswerBeforeSend] = ("is nowhere", new() { Name = "one request" }),
        [Mutation.DropOnLiveLease] = ("is nowhere", new() { Name = "a crash", Crashes = 1 }),
        [Mutation.TakeOnLiveLease] = ("completed again", new() { Name = "early redelivery", EarlyRedeliveries = 1 }),
        [Mutation.TakeWithoutIfMatch] = ("completed again", new() { Name = "resends", Requests = 2 }),
        [Mutation.EqualCountsAsOlder] = ("is nowhere", new() { Name = "a crash", Crashes = 1 }),
        [Mutation.RowBeforeCopy] = ("is nowhere", new() { Name = "a crash", Crashes = 1 }),
        [Mutation.NoNotes] = ("completed again", new() { Name = "one request" }),
        [Mutation.NotesNotCarriedOver] = ("completed again", new() { Name = "one request" }),
        [Mutation.PoisonRowBeforeBlob] = ("is nowhere", new() { Name = "a crash", Crashes = 1, Attempts = 1 }),
        [Mutation.PoisonBlobBeforeProcessed] = ("is nowhere", new() { Name = "a stall and a crash", Stalls = 1, EarlyRedeliveries = 1, Crashes = 1, Attempts = 1 }),
        [Mutation.PoisonBlobStays] = ("left beside", new() { Name = "a crash", Crashes = 1, Attempts = 1 }),
        [Mutation.DropLeavesPoisonBlob] = ("left beside", new() { Name = "crashes", Crashes = 2, Attempts = 1 }),
        [Mutation.FailedRemovalIsLeft] = ("left beside", new() { Name = "storage failures", StorageFailures = 2, Attempts = 1 }),
        [Mutation.LostEndIsAnothers] = ("was not counted", new() { Name = "a storage failure", StorageFailures = 1, Attempts = 1 }),
        [Mutation.ProcessedKeepsOwner] = ("left beside", new() { Name = "a stall", Stalls = 1, EarlyRedeliveries = 1, Attempts = 1 }),
        [Mutation.LeaseByOwnClock] = ("completed again", new() { Name = "early redelivery", EarlyRedeliveries = 1 }),
        [Mutation.StartsAfterLoss] = ("completed again", new() { Name = "a stall", Stalls = 1, EarlyRedeliveries = 1 }),
        [Mutation.DeathsAreNotCounted] = ("often enough", new() { Name = "a crash, of which one is enough", Crashes = 1, MaxDeaths = 1 }),
        [Mutation.RedriveKeepsDeaths] = ("without a run", new() { Name = "a crash, of which one is enough, and a redrive", Crashes = 1, MaxDeaths = 1, Redrives = 1 }),
        [Mutation.LateIsInsertedAnew] = ("completed again", new() { Name = "resends and the retention", Requests = 2, Retentions = 1 }),
        [Mutation.OutlivedIsNotMarked] = ("completed again", new() { Name = "resends, the retention and a crash", Requests = 2, Retentions = 1, Crashes = 1 }),
        [Mutation.FormerTakesTheRow] = ("is nowhere", new() { Name = "a large body, resends and the retention", LargeBody = true, Requests = 3, Attempts = 1, Retentions = 1 }),
        [Mutation.RedriveRemovesBeforeSend] = ("is nowhere", new() { Name = "a redrive and a crash", Attempts = 1, Redrives = 1, Crashes = 1 }),
        [Mutation.RedriveWithoutIfMatch] = ("is nowhere", new() { Name = "a redrive", Attempts = 1, Redrives = 1 }),
        [Mutation.RedriveCountsFromBlobAlone] = ("is nowhere", new() { Name = "redrives and a stall", Attempts = 1, Redrives = 2, Stalls = 1, EarlyRedeliveries = 1 }),
        [Mutation.CopyWhenPoisoned] = ("for ever", new() { Name = "resends", Requests = 2, Attempts = 1 }),
        [Mutation.DropRemovesPayload] = ("is nowhere", new() { Name = "a large body and a crash", LargeBody = true, Crashes = 1 }),
        [Mutation.PayloadBeforeProcessed] = ("is nowhere", new() { Name = "a large body and a crash", LargeBody = true, Crashes = 1, Attempts = 1 }),
        [Mutation.LostBodyIsKeptAsEmpty] = ("is nowhere", new() { Name = "a large body and a stall", LargeBody = true, Attempts = 1, Stalls = 1, EarlyRedeliveries = 1 }),
        [Mutation.RedriveReadsBodyAfterRow] = ("is nowhere", new() { Name = "a large body and redrives", LargeBody = true, Attempts = 1, Redrives = 2 }),
        [Mutation.PoisonBodyWithoutIfMatch] = ("is nowhere", new() { Name = "a large body and a redrive", LargeBody = true, Attempts = 1, Redrives = 1 }),
        [Mutation.SweepTakesPoisonedForFinal] = ("is nowhere", new() { Name = "a large body, a redrive and the retention", LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 1 }),
        [Mutation.SweepIgnoresQueues] = ("is nowhere", new() { Name = "a large body, a redrive and two retentions", LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 2, IdleSweeps = 1 }),
        [Mutation.SweepCountsPoisonQueueFirst] = ("had not come to an end", new() { Name = "crashes, a redrive and the retention", Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1, Crashes = 2 }),
        [Mutation.SweepTakesYoungBodies] = ("is nowhere", new() { Name = "a large body", LargeBody = true, Attempts = 1 }),
        [Mutation.SweepLooksForNoPoisonBlob] = ("is nowhere", new() { Name = "a large body and the retention", LargeBody = true, Attempts = 1, Retentions = 1 }),
        [Mutation.SweepRemovesBodyWithoutIfMatch] = ("is nowhere", new() { Name = "a large body, a redrive, a crash and the retention", LargeBody = true, Attempts = 1, Redrives = 1, Crashes = 1, Retentions = 1 }),
        [Mutation.SweepLeavesBodies] = ("owns", new() { Name = "a large body, a redrive, a crash and the retention", LargeBody = true, Attempts = 1, Redrives = 1, Crashes = 1, Retentions = 1 }),
        [Mutation.LateDropTakesPoisonBlob] = ("is nowhere", new() { Name = "resends, a redrive, a storage failure and the retention", Requests = 2, Attempts = 1, Redrives = 1, StorageFailures = 1, Retentions = 1 }),
        [Mutation.GoneRowIsNotInserted] = ("had not come to an end", new() { Name = "a large body, resends and the retention", LargeBody = true, Requests = 3, Attempts = 1, Retentions = 1 }),
        [Mutation.UnfinishedRowsExpire] = ("had not come to an end", new() { Name = "one request and the retention", Retentions = 1 }),
    };

    public static TheoryData<Mutation> Mutations => [.. Enum.GetValues<Mutation>().Where(static mutation => mutation != Mutation.None)];

    [Theory]
    [MemberData(nameof(Mutations))]
    public void A_broken_rule_leads_to_a_counterexample(Mutation mutation)
    {
        var (problem, world) = Broken[mutation];

        var exploration = new Explorer(new Protocol(world with { Mutation = mutation })).Explore();

        output.WriteLine($"{world.Name}, {exploration.States} states");
        output.WriteLine(exploration.Counterexample ?? "no counterexample");
        Assert.Contains(problem, exploration.Counterexample ?? "", StringComparison.Ordinal);
    }
}
