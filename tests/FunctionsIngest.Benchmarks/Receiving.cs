using System.Globalization;
using BenchmarkDotNet.Attributes;
using FunctionsIngest.Local;
using FunctionsIngest.Local.Azurite;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Benchmarks;

/// <summary>
/// The whole way of a genuine webhook, from the request to the answer, one at a time, with an Azurite of its own on
/// this machine: Azurite is nearly all of it. Nothing is processed, so the number of webhooks is bounded.
/// </summary>
[WarmupCount(2)]
[IterationCount(10)]
[InvocationCount(Invocations, unrollFactor: 1)]
public class Receiving
{
    private const int Invocations = 200;

    private readonly Sender _sender = new("begini");
    private readonly Stack<SignedRequest> _new = [];
    private AzuriteProcess _azurite = null!;
    private App _app = null!;
    private SignedRequest _duplicate;
    private int _made;

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var installation = new AzuriteInstallation(RepositoryRoot.Find(), Console.WriteLine);
        await installation.EnsureAsync(TimeProvider.System, CancellationToken.None);
        _azurite = await AzuriteProcess.StartAsync(installation, dataPath: null, AzuritePorts.Free, accounts: [], TimeProvider.System, CancellationToken.None);
        _app = await App.StartAsync(_sender, _azurite.Ports.ConnectionString());
        await _app.CreateStorageAsync();

        // The first duplicate sends again and notes it; those after it are what is measured.
        _duplicate = _sender.Sign(_sender.Body(BodyBytes, "duplicate"));
        await Duplicate();
        await Duplicate();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _app.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    /// <summary>Signing is the sender's work and not measured.</summary>
    [IterationSetup(Target = nameof(Accepted))]
    public void SignNew()
    {
        while (_new.Count < Invocations)
            _new.Push(_sender.Sign(_sender.Body(BodyBytes, (++_made).ToString(CultureInfo.InvariantCulture))));
    }

    [Benchmark]
    public Task Accepted() => _app.ReceiveAsync(_new.Pop(), StatusCodes.Status200OK);

    [Benchmark]
    public Task Duplicate() => _app.ReceiveAsync(_duplicate, StatusCodes.Status200OK);
}
