using FunctionsIngest.Local;
using FunctionsIngest.Local.Azurite;

namespace FunctionsIngest.Chaos;

/// <summary>
/// A folder of its own for a run, with an Azurite that keeps its data there. Kept if the run fails, so that you can
/// look into it.
/// </summary>
internal sealed class RunFolder : IAsyncDisposable
{
    private readonly AzuriteProcess _azurite;

    private RunFolder(string path, AzuriteProcess azurite)
    {
        Path = path;
        _azurite = azurite;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The connection string that leads to Azurite without a fault.</summary>
    public string Storage => _azurite.Ports.ConnectionString();

    /// <summary>Makes the folder and starts Azurite.</summary>
    public static async Task<RunFolder> CreateAsync()
    {
        var path = Directory.CreateTempSubdirectory("functionsingest-chaos-").FullName;
        var installation = new AzuriteInstallation(RepositoryRoot.Find(), Console.WriteLine);
        await installation.EnsureAsync(TimeProvider.System, CancellationToken.None);
        var azurite = await AzuriteProcess.StartAsync(
            installation, System.IO.Path.Combine(path, "azurite"), AzuritePorts.Free, accounts: [], TimeProvider.System, CancellationToken.None);
        return new RunFolder(path, azurite);
    }

    /// <summary>Removes the folder once Azurite has ended.</summary>
    public bool IsToBeRemoved { get; set; }

    /// <summary>Stops Azurite gracefully: killed, it would lose what it has acknowledged.</summary>
    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        if (IsToBeRemoved)
            Directory.Delete(Path, recursive: true);
        else
            Console.WriteLine($"What the run left is in {Path}");
    }
}
