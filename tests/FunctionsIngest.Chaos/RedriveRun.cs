namespace FunctionsIngest.Chaos;

internal static class RedriveRun
{
    public static Task<int> RunAsync(RedriveOptions options) => Task.FromResult(options.Events);
}
