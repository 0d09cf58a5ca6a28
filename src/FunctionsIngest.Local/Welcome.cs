using FunctionsIngest.Outbound;
using FunctionsIngest.Sources;
using Spectre.Console;

namespace FunctionsIngest.Local;

/// <summary>What a started host says: where it listens, whom it serves, and how to try that.</summary>
internal static class Welcome
{
    /// <summary>Writes it. The lines to try are not wrapped, so that each can be copied whole.</summary>
    public static void Write(LocalHost host)
    {
        var url = host.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal).TrimEnd('/');
        var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        Console.WriteLine();
        Console.WriteLine($"Listening on {string.Join(", ", host.Urls)}; Ctrl-C stops it.");
        Console.WriteLine("Each source with a line to try; it holds for a few minutes. Sent again, it is a duplicate; with a byte changed, it is refused.");
        foreach (var source in host.Services.GetRequiredService<SourceCatalogue>().All.OrderBy(source => source.Name, StringComparer.Ordinal))
        {
            Console.WriteLine();
            AnsiConsole.MarkupLineInterpolated($"[bold]{source.Name}[/] [grey]({source.Scheme.Name})[/]");
            Console.WriteLine(SampleWebhook.Create(source, host.Configuration, new Uri(url), now) is { } webhook
                ? RequestText.Curl(webhook)
                : $"POST {url}/webhooks/{source.Name} (no key here can sign for it)");
        }

        Console.WriteLine();
    }
}
