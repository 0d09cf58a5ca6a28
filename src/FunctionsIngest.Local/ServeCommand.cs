namespace FunctionsIngest.Local;

/// <summary>Serves webhooks until told to stop.</summary>
internal static class ServeCommand
{
    private static readonly HostDefaults Defaults = new("http://localhost:7071", new Dictionary<string, string?>());

    /// <returns>The exit code: 0 after a stop that was asked for.</returns>
    public static async Task<int> RunAsync(LocalCommandLine line)
    {
        await using var host = await LocalHost.StartAsync(line.Settings, Defaults, Console.WriteLine);
        Welcome.Write(host);
        return await host.WaitForStopAsync();
    }
}
