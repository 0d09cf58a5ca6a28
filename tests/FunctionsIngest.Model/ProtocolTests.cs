using System.Diagnostics;
using Xunit.Abstractions;

namespace FunctionsIngest.Model;

/// <summary>The protocol holds in every state that these worlds can reach.</summary>
public sealed class ProtocolTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. Worlds.All.Select(static world => world.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_is_lost_nothing_is_done_twice_nothing_goes_round_and_nothing_is_left(string name)
    {
        var clock = Stopwatch.StartNew();
        var exploration = new Explorer(new Protocol(Worlds.Named(name))).Explore();
        output.WriteLine($"{name}: {exploration.States} states, {exploration.Steps} steps, {clock.Elapsed.TotalSeconds:F1} s");
        Assert.True(exploration.Counterexample is null, exploration.Counterexample);
    }
}
