using System.Net;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>The whole app with its keys in a vault.</summary>
public sealed class VaultedAppTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
    private FakeVault _vault = null!;

    public async Task InitializeAsync()
    {
        _vault = await FakeVault.StartAsync(_clock);
        _vault.Add("standard-secret", Genuine.StandardSecret);
        _vault.Add("aghanim-secret", Genuine.AghanimSecret);
    }

    public async Task DisposeAsync() => await _vault.DisposeAsync();

    [Fact]
    public async Task No_genuine_webhook_is_refused_while_two_hundred_a_second_arrive_and_the_secret_is_rotated()
    {
        var (old, @new) = (NewKey(), NewKey());
        var oldVersion = _vault.Add("begini-api-key", old);
        await using var host = await StartAsync(azurite.NewStorage());
        var answers = new List<HttpStatusCode>();

        // The documented order: add the version, wait one interval, switch the sender, disable the old one.
        await SendAsync(100, _ => old);
        _vault.Add("begini-api-key", @new);
        await SendAsync(100, _ => old);
        await host.Get<ObservedReader>().AdvanceAsync(Interval);
        await SendAsync(200, i => i % 2 == 0 ? old : @new);
        await SendAsync(50, _ => @new);
        _vault.Change("begini-api-key", oldVersion, version => version.Enabled = false);
        await SendAsync(50, _ => @new);
        await host.Get<ObservedReader>().AdvanceAsync(Interval);
        await SendAsync(50, _ => @new);

        // The careless order: the sender switches the moment that the version is there. There is no forger, so the
        // early refresh is unspent.
        var newest = NewKey();
        _vault.Add("begini-api-key", newest);
        await SendAsync(50, _ => newest);

        Assert.Equal(600, answers.Count);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.Equal(600, await host.CountMessagesAsync());
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(host, "{\"late\":true}", old));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(host, "{\"late\":true}", @new));

        async Task SendAsync(int count, Func<int, string> key)
        {
            for (var sent = 0; sent < count; sent += 10)
            {
                var batch = Enumerable.Range(sent, 10).Select(i => StatusAsync(host, $$"""{"webhook":{{answers.Count + i - sent}}}""", key(i)));
                answers.AddRange(await Task.WhenAll(batch));
                await host.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    [Fact]
    public async Task The_vault_is_dead_for_an_hour_and_nothing_genuine_is_refused_or_lost()
    {
        var key = NewKey();
        _vault.Add("begini-api-key", key);
        var storage = azurite.NewStorage();
        await using var warm = await StartAsync(storage);
        await warm.Get<ObservedReader>().IdleAsync();

        _vault.Fault = FakeVault.Answer(503, "ServiceUnavailable");
        for (var minute = 0; minute < 30; minute++)
        {
            await warm.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(warm, $$"""{"webhook":{{minute}}}""", key));
        }

        await using var cold = await StartAsync(storage);
        for (var minute = 30; minute < 60; minute++)
        {
            await warm.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            await cold.Get<ObservedReader>().IdleAsync();
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(warm, $$"""{"webhook":{{minute}}}""", key));

            using var request = Genuine.Begini($$"""{"cold":{{minute}}}""", key);
            using var response = await cold.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(cold, "{\"forged\":true}", NewKey()));
        }

        using (var notReady = await cold.Http.GetAsync("/health/ready"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        Assert.Equal(60, await warm.CountMessagesAsync());

        // The vault is back, and the sender comes again with what it was told to keep.
        _vault.Fault = null;
        await cold.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMinutes(1));
        for (var minute = 30; minute < 60; minute++)
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(cold, $$"""{"cold":{{minute}}}""", key));
        Assert.Equal(90, await warm.CountMessagesAsync());
        using var ready = await cold.Http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task Ten_thousand_forged_webhooks_in_a_minute_cost_one_call_to_the_vault_and_none_to_storage()
    {
        _vault.Add("begini-api-key", NewKey());
        await using var storage = await StorageProxy.StartAsync(azurite.NewStorage());
        await using var host = await StartAsync(storage.ConnectionString);
        await host.Get<ObservedReader>().IdleAsync();
        var calls = _vault.Calls;
        storage.ForgetCalls();

        for (var second = 0; second < 50; second++)
        {
            var forged = Enumerable.Range(0, 200).Select(i => StatusAsync(host, $$"""{"forged":{{i}}}""", "a key that is none"));
            Assert.All(await Task.WhenAll(forged), status => Assert.Equal(HttpStatusCode.Forbidden, status));
            await host.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _vault.Calls - calls);
        Assert.Empty(storage.Calls);
    }

    [Fact]
    public async Task A_client_key_added_just_now_is_accepted_at_once()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        _vault.Add("begini-api-key", NewKey());
        _vault.Add("bank-key", key.ExportSubjectPublicKeyInfoPem());
        _vault.Add("bank-client", "client-one");
        await using var host = await StartAsync(
            azurite.NewStorage(),
            new("Webhooks:Sources:bank:Scheme", "qi-tech"),
            new("Webhooks:Sources:bank:Secrets:0", "bank-key"),
            new("Webhooks:Sources:bank:ClientKey", "bank-client"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("client-one"));

        _vault.Add("bank-client", "client-two");
        Assert.Equal(HttpStatusCode.OK, await SendAsync("client-two"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("client-one"));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync("client-three"));

        async Task<HttpStatusCode> SendAsync(string clientKey)
        {
            Assert.True(host.Get<SourceCatalogue>().TryGet("bank", out var bank));
            Assert.Null(bank.Scheme.ParseKey(key.ExportPkcs8PrivateKeyPem(), out var signingKey));
            var body = Encoding.UTF8.GetBytes($$"""{"webhook_type":"paid","n":"{{NewKey()}}"}""");
            var headers = new HeaderDictionary();
            bank.Scheme.Sign(headers, new OutgoingWebhook("", _clock.GetUtcNow(), "/webhooks/bank", body), signingKey!);
            bank.Scheme.Sign(headers, default, new ClientKey(clientKey));

            using var request = Genuine.Post("bank", body);
            foreach (var (name, values) in headers)
                request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            using var response = await host.Http.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData(null, "has no value in force")]
    [InlineData("<the API key that Begini gave you>", "it is a placeholder, and no secret")]
    [InlineData("begini-key", "it has 10 bytes, and a shared secret needs 16, or Webhooks:Sources:begini:AllowWeakSecret = true")]
    [InlineData("{\n \"webhookSecret\": \"kE9fVb2Qx7Lm4Rt8\"\n}", "it begins with a bracket and is neither a JSON web key nor a set of them: write the key alone")]
    public async Task A_secret_of_the_vault_that_is_missing_or_bad_stops_its_source_and_no_other(string? secret, string problem)
    {
        if (secret is not null)
            _vault.Add("begini-api-key", secret);
        await using var host = await StartAsync(azurite.NewStorage());
        await host.Get<ObservedReader>().IdleAsync();

        foreach (var key in secret is null ? [NewKey()] : secret.Split('\n').Append(secret))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(host, "{}", key));
        using (var request = Genuine.Aghanim("""{"event_type":"paid","event_id":"1"}"""u8.ToArray(), _clock.GetUtcNow()))
        using (var response = await host.Http.SendAsync(request))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using (var ready = await host.Http.GetAsync("/health/ready"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Single(host.Log.GetSnapshot(), record => record.Level == LogLevel.Error && record.Category == typeof(KeyRing).FullName && record.Message.Contains(problem, StringComparison.Ordinal));
    }

    private static string NewKey() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    private static async Task<HttpStatusCode> StatusAsync(IngestHost host, string body, string key)
    {
        using var request = Genuine.Begini(body, key);
        using var response = await host.Http.SendAsync(request);
        return response.StatusCode;
    }

    private Task<IngestHost> StartAsync(string storage, params KeyValuePair<string, string?>[] settings)
        => IngestHost.StartAsync(storage, settings.Append(new("KeyVault:Uri", _vault.Uri.ToString())), services => services.AddVault(_vault, _clock));
}
