using BenchmarkDotNet.Attributes;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Benchmarks;

/// <summary>
/// The whole way of a forged webhook, from the request to the answer. No storage is there, and none is asked.
/// </summary>
public class Refusing
{
    private App _app = null!;
    private SignedRequest _forged;

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var sender = new Sender("begini");
        _app = await App.StartAsync(sender, "UseDevelopmentStorage=true");
        _forged = Sender.Forge(sender.Sign(sender.Body(BodyBytes, "1")));
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _app.DisposeAsync();

    [Benchmark]
    public Task Forged() => _app.ReceiveAsync(_forged, StatusCodes.Status403Forbidden);
}
