using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Bodies;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Tests.Receiving;

public sealed class LargeBodyTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int Size = 12 * 1024 * 1024;

    [Theory]
    [InlineData(BlobBody.MaxBytesHeld - 1)]
    [InlineData(BlobBody.MaxBytesHeld)]
    [InlineData(BlobBody.MaxBytesHeld + 1)]
    [InlineData(Size)]
    public async Task A_body_of_any_size_arrives_byte_for_byte(int size)
    {
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(services => services.AddHandler(handler));
        var body = RandomNumberGenerator.GetBytes(size);
        using var request = Genuine.Begini(body);

        using var response = await host.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "accepted"), await StatusOf(response));
        Assert.Equal(1, await host.ProcessVisibleAsync());

        Assert.True(body.AsSpan().SequenceEqual(Assert.Single(handler.Runs).Body.ToMemory().Span));
        var archived = Assert.Single(await host.ListArchiveAsync(), name => name.EndsWith(".body", StringComparison.Ordinal));
        var kept = await BlobBody.DownloadAsync(host.Clients.Archive.GetBlobClient(archived), CancellationToken.None);
        Assert.True(body.AsSpan().SequenceEqual(kept!.Value.Body.ToMemory().Span));
        Assert.Equal((0, 0), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    [Fact]
    public async Task A_large_body_is_verified_with_what_is_signed_beside_it()
    {
        await using var host = await StartAsync();
        var body = RandomNumberGenerator.GetBytes(Size);
        using var request = Genuine.Post("standard", body);
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Convert.FromBase64String(Genuine.StandardSecret[6..]));
        mac.AppendData(Encoding.UTF8.GetBytes($"msg_1.{timestamp}."));
        mac.AppendData(body);
        request.Headers.Add("webhook-id", "msg_1");
        request.Headers.Add("webhook-timestamp", $"{timestamp}");
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(mac.GetHashAndReset())}");

        using var response = await host.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "accepted"), await StatusOf(response));

        body[^1] ^= 1;
        using var changed = Genuine.Post("standard", body);
        foreach (var header in request.Headers)
            changed.Headers.Add(header.Key, header.Value);
        using var refused = await host.Http.SendAsync(changed);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal((0, 0), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    [Fact]
    public async Task A_large_body_that_was_compressed_is_spooled_twice_and_freed_twice()
    {
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(services => services.AddHandler(handler));
        var body = RandomNumberGenerator.GetBytes(Size);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(body);
        using var request = Genuine.Begini(compressed.ToArray()).Coded("gzip");

        using var response = await host.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "accepted"), await StatusOf(response));
        await host.ProcessVisibleAsync();

        Assert.True(body.AsSpan().SequenceEqual(Assert.Single(handler.Runs).Body.ToMemory().Span));
        Assert.Equal((0, 0), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    [Fact]
    public async Task A_large_event_survives_poison_and_redrive()
    {
        var isBroken = true;
        var handler = new RecordingHandler("recorder", _ => isBroken ? throw new InvalidOperationException("broken") : Task.CompletedTask);
        var settings = new Dictionary<string, string?> { ["Webhooks:RetryDelays:0"] = "00:00:00.001" };
        await using var host = await StartAsync(services => services.AddHandler(handler), settings);
        var body = RandomNumberGenerator.GetBytes(Size);
        using var request = Genuine.Begini(body);
        using var response = await host.Http.SendAsync(request);
        var (_, _, id) = await IngestHost.ReadAsync(response);
        while (await host.FindRowAsync("begini", id!) is not { IsFinal: true })
            await host.ProcessVisibleAsync();

        isBroken = false;
        Assert.Equal(RedriveResult.Sent, await host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        await host.ProcessVisibleAsync();

        Assert.True(body.AsSpan().SequenceEqual(handler.Runs[^1].Body.ToMemory().Span));
        Assert.Empty(await host.Clients.Poison.GetBlobsAsync().ToListAsync());
        Assert.Empty(await host.Clients.Payloads.GetBlobsAsync().ToListAsync());
    }

    [Fact]
    public async Task Past_the_budget_a_caller_is_asked_to_come_back()
    {
        await using var host = await StartAsync(settings: new Dictionary<string, string?> { ["Webhooks:MaxBodyBytes"] = "1048577", ["Webhooks:MaxBytesSpooled"] = "4194308" });
        // As if bodies of another source were being handed over.
        using var other = host.Get<BodyBudget>().Open("standard");
        other.Take(BodyPlace.File, 4_194_308);
        using var request = Genuine.Begini(RandomNumberGenerator.GetBytes(1_048_577));

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal((0, 4_194_308), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    [Fact]
    public async Task A_failed_hand_over_gives_the_budget_back()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        await using var host = await IngestHost.StartAsync(proxy.ConnectionString, Large(null));
        using var fault = proxy.Inject(StorageFault.Answer(503, "ServerBusy"), call => call.Service == StorageService.Blob);
        using var request = Genuine.Begini(RandomNumberGenerator.GetBytes(Size));

        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal((0, 0), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    private static async Task<(HttpStatusCode Status, string? Outcome)> StatusOf(HttpResponseMessage response)
    {
        var (status, outcome, _) = await IngestHost.ReadAsync(response);
        return (status, outcome);
    }

    private static Dictionary<string, string?> Large(IReadOnlyDictionary<string, string?>? settings)
    {
        var large = new Dictionary<string, string?> { ["Webhooks:MaxBodyBytes"] = "104857600", ["Webhooks:AnswerWithin"] = "00:01:00" };
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
            large[key] = value;
        return large;
    }

    private Task<IngestHost> StartAsync(Action<IServiceCollection>? services = null, IReadOnlyDictionary<string, string?>? settings = null)
        => IngestHost.StartAsync(azurite.NewStorage(), Large(settings), services);
}
