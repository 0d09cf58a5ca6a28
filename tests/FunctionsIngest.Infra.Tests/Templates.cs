using System.Text.Json.Nodes;

namespace FunctionsIngest.Infra;

/// <summary>
/// The templates of <c>infra/</c> in a directory of their own, compiled once, and what each parameter file would
/// deploy.
/// </summary>
public sealed class Templates : IAsyncLifetime
{
    /// <summary>The parameter files, without their extension.</summary>
    public static TheoryData<string> Deployments => ["main", "large"];

    /// <summary>The folder of the templates, as they are in the repository.</summary>
    public static string Source { get; } = Path.Combine(AppContext.BaseDirectory, "infra");

    /// <summary>The compiled template.</summary>
    internal JsonObject Template { get; private set; } = [];

    private readonly Dictionary<string, JsonObject> _snapshots = [];
    private readonly string _directory = Directory.CreateTempSubdirectory("infra-").FullName;

    /// <summary>A new copy of the templates.</summary>
    internal static void CopyTo(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(directory, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>
    /// What a deployment consists of, with every expression evaluated that can be without a subscription.
    /// </summary>
    internal IReadOnlyList<Resource> Resources(string deployment)
        => [.. _snapshots[deployment]["predictedResources"]!.AsArray().Select(resource => new Resource(resource!.AsObject()))];

    /// <summary>What Bicep has to say about a deployment.</summary>
    internal JsonArray Diagnostics(string deployment) => _snapshots[deployment]["diagnostics"]!.AsArray();

    /// <summary>The app settings of a deployment.</summary>
    internal IReadOnlyDictionary<string, string> Settings(string deployment)
        => Resources(deployment).Single(resource => resource.Is("Microsoft.Web/sites/config")).Properties.ToDictionary(item => item.Key, item => item.Value!.GetValue<string>());

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (Bicep.Path is null)
            return;

        CopyTo(_directory);
        await RunAsync("build", "main.bicep");
        Template = await ReadAsync("main.json");
        foreach (var deployment in (string[])["main", "large"])
        {
            await RunAsync(
                "snapshot", $"{deployment}.bicepparam", "--mode", "overwrite", "--location", "westeurope",
                "--subscription-id", "00000000-0000-0000-0000-000000000001", "--tenant-id", "00000000-0000-0000-0000-000000000002");
            _snapshots.Add(deployment, await ReadAsync($"{deployment}.snapshot.json"));
        }
    }

    /// <inheritdoc />
    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await Bicep.RunAsync(_directory, arguments);
        if (exitCode != 0)
            throw new InvalidOperationException($"bicep {string.Join(' ', arguments)}: {output}");
    }

    private async Task<JsonObject> ReadAsync(string file) => JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, file)))!.AsObject();
}
