using System.Net;
using System.Text.Json;
using FunctionsIngest.Secrets;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace FunctionsIngest.Tests.Health;

public sealed class HealthTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Whoever_answers_is_alive_whatever_storage_does()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        app.Proxy.Inject(StorageFault.CutBefore, _ => true);

        using var response = await app.Host.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"status":"alive"}""", await response.Content.ReadAsStringAsync());
        Assert.Empty(app.Proxy.Calls);
    }

    [Fact]
    public async Task Ready_means_that_storage_and_secrets_answer_and_names_no_resource()
    {
        await using var app = await ObservedHost.StartAsync(azurite);

        using var response = await app.Host.Http.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            """{"status":"ready","checks":{"table":"ready","queue":"ready","blob":"ready","secrets":"ready"}}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_missing_table_queue_or_container_is_no_reason_not_to_be_ready()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.Rows.DeleteAsync();
        await app.Host.Clients.Events.DeleteAsync();
        await app.Host.Clients.Payloads.DeleteAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.Host.Http.GetAsync("/health/ready")).StatusCode);
    }

    [Theory]
    [InlineData(nameof(StorageService.Table))]
    [InlineData(nameof(StorageService.Queue))]
    [InlineData(nameof(StorageService.Blob))]
    public async Task A_service_that_does_not_answer_is_503_and_is_named_by_its_kind(string service)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        app.Proxy.Inject(StorageFault.Answer(503, "ServerBusy"), call => call.Service == Enum.Parse<StorageService>(service));

        using var response = await app.Host.Http.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var unreachable = json.RootElement.GetProperty("checks").EnumerateObject().Where(check => check.Value.GetString() != "ready");
        Assert.Equal([service.ToLowerInvariant()], unreachable.Select(check => check.Name));
        Assert.DoesNotContain("ServerBusy", json.RootElement.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_that_cannot_be_read_are_503()
    {
        var reader = new Mock<ISecretReader>();
        reader.Setup(vault => vault.ReadAsync(It.IsAny<string>(), It.IsAny<Func<string, bool>>(), It.IsAny<CancellationToken>())).ReturnsAsync([]);
        await using var app = await ObservedHost.StartAsync(azurite, services: services => services.AddSingleton(reader.Object));

        using var response = await app.Host.Http.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("\"secrets\":\"unreachable\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_kept_for_ten_seconds_whichever_it_is()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync());
        var calls = app.Proxy.Calls.Count;
        using (app.Proxy.Inject(StorageFault.Answer(503, "ServerBusy"), _ => true))
        {
            app.Time.Advance(TimeSpan.FromSeconds(9.9));
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ReadyAsync())), status => Assert.Equal(HttpStatusCode.OK, status));
            Assert.Equal(calls, app.Proxy.Calls.Count);

            app.Time.Advance(TimeSpan.FromSeconds(0.1));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync());
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync());
        app.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, await ReadyAsync());

        async Task<HttpStatusCode> ReadyAsync() => (await app.Host.Http.GetAsync("/health/ready")).StatusCode;
    }
}
