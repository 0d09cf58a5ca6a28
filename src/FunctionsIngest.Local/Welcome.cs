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
        if (host.HasOwnStorage)
            Console.WriteLine("Azurite writes to disk with a delay: if it is killed (kill -9, a power cut), webhooks that were acknowledged are lost. Ctrl-C loses nothing.");
        Console.WriteLine("Each source with a line to try; it holds for a few minutes. Sent again, it is a duplicate; with a byte changed, it is refused.");
        foreach (var source in host.Services.GetRequiredService<SourceCatalogue>().All.OrderBy(source => source.Name, StringComparer.Ordinal))
        {
            Console.WriteLine();
            AnsiConsole.MarkupLineInterpolated($"[bold]{source.Name}[/] [grey]({source.Scheme.Name})[/]");
            Console.WriteLine(LineToTry(source, host.Configuration, url, now));
        }

        Console.WriteLine();
        Console.WriteLine("Your own sources and secrets go into local.settings.json in the repository's root; docs/tutorial.md shows how.");
        Console.WriteLine();
    }

    private static string LineToTry(Source source, IConfiguration configuration, string url, DateTimeOffset now)
    {
        var address = $"{url}/webhooks/{source.Name}";
        if (SampleWebhook.Create(source, configuration, new Uri(url), now) is not { } webhook)
            return $"POST {address} (no key here can sign for it)";

        // A secret must not be on a screen. The command line reads it where this host does.
        return SampleWebhook.CarriesSecret(webhook, source, configuration)
            ? $"dotnet run --project src/FunctionsIngest.Cli -- send {source.Name} --url {address}"
            : RequestText.Curl(webhook);
    }
}
