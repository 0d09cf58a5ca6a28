using System.Globalization;
using FunctionsIngest.Local;
using FunctionsIngest.Local.Azurite;
using Xunit;

namespace FunctionsIngest.Testing;

/// <summary>
/// A real Azurite, in memory, on free ports. A test run has one, however many classes ask for it. It is installed when
/// it is missing, and ends with the test run, because its standard input closes then. Every call of
/// <see cref="NewStorage"/> gives a storage account of its own, so that tests run side by side and none finds what
/// another left.
/// </summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private const int Accounts = 999;

    private static readonly Lazy<Task<AzuriteProcess>> Azurite = new(StartAsync);
    private static int _taken = -1;

    private AzuriteProcess? _azurite;

    /// <summary>The connection string of an empty storage account that no other test has.</summary>
    public string NewStorage()
    {
        var number = Interlocked.Increment(ref _taken);
        return number < Accounts
            ? _azurite!.Ports.ConnectionString(AccountName(number))
            : throw new InvalidOperationException($"All {Accounts} accounts are taken: raise {nameof(Accounts)}.");
    }

    public async Task InitializeAsync() => _azurite = await Azurite.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    private static Task<AzuriteProcess> StartAsync() => Task.Run(async () =>
    {
        var installation = new AzuriteInstallation(RepositoryRoot.Find(), Console.WriteLine);
        await installation.EnsureAsync(TimeProvider.System, CancellationToken.None);
        return await AzuriteProcess.StartAsync(
            installation, dataPath: null, AzuritePorts.Free, Enumerable.Range(0, Accounts).Select(AccountName), TimeProvider.System, CancellationToken.None);
    });

    private static string AccountName(int number) => string.Create(CultureInfo.InvariantCulture, $"test{number:0000}");
}
