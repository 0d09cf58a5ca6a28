namespace FunctionsIngest.Chaos.Hosting;

internal static class RedriverCommand
{
    public const string Name = "redriver";
    public static Task<int> RunAsync() => Task.FromResult(0);
}
