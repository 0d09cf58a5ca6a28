using FunctionsIngest.Sources;
using Spectre.Console;

namespace FunctionsIngest.Local.Demo;

/// <summary>
/// Starts the host on storage of its own, demonstrates it, and stops it. <c>--against</c> and an address: demonstrates
/// the app that runs there. That app must have the same secrets, and the storage that <c>WebhookStorage</c> names here.
/// </summary>
internal static class DemoCommand
{
    private const int WidthWithoutTerminal = 140;

    private static readonly string[] Demonstrated = ["begini", "standardwebhooks", "aghanim", "qitech"];

    private static readonly HostDefaults Defaults = new("http://127.0.0.1:0", new Dictionary<string, string?>
    {
        ["Local:Azurite:InMemory"] = "true",
        ["Logging:LogLevel:Default"] = "Error",
        ["Webhooks:Archive"] = "true",
    })
    {
        ReadsLocalSettings = false,
    };

    /// <returns>The exit code: 0 only if everything was as it should be.</returns>
    public static async Task<int> RunAsync(LocalCommandLine line)
    {
        var started = TimeProvider.System.GetTimestamp();
        var against = AddressIn(line);
        await using var host = await LocalHost.StartAsync(line.Settings, Defaults with { Pumps = against is null }, Console.WriteLine);
        if (against is not null && host.HasOwnStorage)
            throw new StartUpException($"The demo looks for what the app at {against} did in that app's storage: set WebhookStorage to it.");

        using var http = new HttpClient { BaseAddress = against ?? new Uri(host.Urls.First()) };
        var sources = host.Services.GetRequiredService<SourceCatalogue>();
        var demonstration = new Demonstration(host, http);

        var cases = (await Task.WhenAll(Demonstrated.Select(name => demonstration.RunAsync(Find(sources, name))))).SelectMany(cases => cases).ToList();

        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthWithoutTerminal;
        AnsiConsole.Write(TableOf(cases));

        var wrong = cases.Count(demoCase => !demoCase.IsAsExpected);
        AnsiConsole.WriteLine(wrong == 0
            ? $"Everything is as it should be ({TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s)."
            : $"{wrong} of {cases.Count(demoCase => !demoCase.IsNotApplicable)} are not as they should be.");
        return wrong == 0 ? 0 : 1;
    }

    private static Uri? AddressIn(LocalCommandLine line)
    {
        if (line.Against is null)
            return null;
        return Uri.TryCreate(line.Against, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new StartUpException($"--against is '{line.Against}', and takes the address of a running app, such as http://localhost:7071.");
    }

    private static Source Find(SourceCatalogue sources, string name)
        => sources.TryGet(name, out var source)
            ? source
            : throw new StartUpException($"The demo needs the source '{name}', which the settings have changed: remove what they say of it.");

    private static Table TableOf(List<DemoCase> cases)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("source", "webhook", "expected", "got", "processed", "");
        foreach (var (index, demoCase) in cases.Index())
        {
            if (index > 0 && demoCase.Source != cases[index - 1].Source)
                table.AddEmptyRow();
            table.AddRow(
                index == 0 || demoCase.Source != cases[index - 1].Source ? $"[bold]{demoCase.Source}[/]" : "",
                demoCase.Webhook,
                demoCase.IsNotApplicable ? "[grey]n/a: signs no timestamp[/]" : Text(demoCase.ExpectedStatus, demoCase.ExpectedWord),
                demoCase.IsNotApplicable ? "" : Text(demoCase.Status, demoCase.Word),
                Markup.Escape(demoCase.Processing),
                demoCase.IsNotApplicable ? "[grey]n/a[/]" : demoCase.IsAsExpected ? "[green]ok[/]" : "[red bold]WRONG[/]");
        }

        return table;

        static string Text(System.Net.HttpStatusCode? status, string? word) => Markup.Escape($"{(int?)status} {word}");
    }
}
