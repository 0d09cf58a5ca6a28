using System.Net;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>
/// Drives the whole app through every error path with everything turned on that talks, and looks for each secret in all
/// that was said and kept.
/// </summary>
public sealed class LeakTests(AzuriteFixture azurite, ITestOutputHelper output) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _begini = Random(20);
    private readonly byte[] _standard = RandomNumberGenerator.GetBytes(32);
    private readonly string _clientKey = Random(16);
    private readonly ECDsa _bank = ECDsa.Create(ECCurve.NamedCurves.nistP521);
    private readonly string[] _broken = [$"not hex {Random(20)}", $"-----BEGIN PUBLIC KEY----- {Random(20)}", $$"""{"kty":"oct","k":"{{Random(20)}}"}""", $$"""{"kty":"EC","crv":"P-256","x":"{{Random(8)}}"}""", Random(3)];
    private FakeVault _vault = null!;

    public async Task InitializeAsync() => _vault = await FakeVault.StartAsync(_clock);

    public async Task DisposeAsync()
    {
        await _vault.DisposeAsync();
        _bank.Dispose();
    }

    [Fact]
    public async Task No_secret_shows_anywhere()
    {
        var account = azurite.NewStorage();
        using var witness = new Witness();
        _vault.Add("begini-api-key", _begini);
        _vault.Add("standard-secret", $"whsec_{Convert.ToBase64String(_standard)}");
        _vault.Add("aghanim-secret", Random(20));
        _vault.Add("bank-key", _bank.ExportPkcs8PrivateKeyPem());
        _vault.Add("bank-client", _clientKey);
        _vault.Add("broken-key", string.Join('\n', _broken[..2]));
        foreach (var broken in _broken[2..])
            _vault.Add("broken-key", broken);

        await StartWithMistakesAsync(witness, account);
        await using (var proxy = await StorageProxy.StartAsync(account))
        await using (var host = await StartAsync(proxy.ConnectionString))
        {
            await RefuseAndAcceptAsync(witness, host);
            await FailStorageAsync(witness, host, proxy);
            await FailVaultAsync(witness, host, proxy.ConnectionString);
            await GiveUpAsync(witness, host);
            await witness.NoteStorageAsync(host);
            witness.Note(host.Log);
        }

        var accountKey = account.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
        string[] secrets = [_begini, _clientKey, .. _broken, accountKey, FakeVault.Token, .. Forms(_standard), .. Forms(_bank.ExportParameters(true).D!), .. Forms(Encoding.UTF8.GetBytes(_begini)), .. Forms(Encoding.UTF8.GetBytes(_clientKey))];
        foreach (var place in witness.Texts)
        {
            output.WriteLine($"{place.Key}: {place.Count()} texts");
            foreach (var text in place)
                Assert.All(secrets, secret => Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"A secret is in {place.Key}: {text}"));
        }

        Assert.Equal(
            [
                "blobs", "events of the Azure clients", "exceptions of the key ring", "exceptions of the start-up", "exceptions thrown, caught ones included", "logged exceptions", "logs",
                "metrics", "other answers", "problem details", "queue messages", "rows", "traces",
            ],
            witness.Texts.Select(place => place.Key).Order(StringComparer.Ordinal));
        Assert.Contains(witness.Texts["logs"], text => text.Contains("broken-key", StringComparison.Ordinal));
        Assert.Contains(witness.Texts["events of the Azure clients"], text => text.Contains("/secrets/begini-api-key/versions", StringComparison.Ordinal));
    }

    private static string Random(int bytes) => Convert.ToHexString(RandomNumberGenerator.GetBytes(bytes));

    private static string[] Forms(byte[] key) => [Convert.ToBase64String(key).TrimEnd('='), System.Buffers.Text.Base64Url.EncodeToString(key), Convert.ToHexString(key)];

    /// <summary>Secrets from the configuration, all of them wrong: the host does not start.</summary>
    private async Task StartWithMistakesAsync(Witness witness, string account)
    {
        var settings = Settings().Where(setting => setting.Key != "KeyVault:Uri").Concat(
            _broken.Select((broken, i) => KeyValuePair.Create($"Webhooks:Sources:broken{i}:Scheme", (string?)"standard-webhooks"))).Concat(
            _broken.SelectMany((broken, i) => new KeyValuePair<string, string?>[] { new($"Webhooks:Sources:broken{i}:Secrets:0", $"broken-{i}"), new($"Secrets:broken-{i}", $"whsec_{broken}") })).Concat(
            [new("Secrets:bank-key", _begini), new("Secrets:bank-client", ""), new("Secrets:broken-key", _broken[0]), new("Webhooks:Sources:begini:Secrets:1", $"_{_begini}")]);
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => IngestHost.StartAsync(account, settings));
        Assert.Contains("Secrets:bank-key is not a key", exception.Message, StringComparison.Ordinal);
        witness.Note("exceptions of the start-up", exception.ToString());
    }

    private async Task RefuseAndAcceptAsync(Witness witness, IngestHost host)
    {
        await host.Get<ObservedReader>().IdleAsync();
        var body = "{\"event\":{\"type\":\"score\"}}"u8.ToArray();
        await SendAsync(witness, host, HttpStatusCode.OK, Genuine.Begini(body, _begini));
        await SendAsync(witness, host, HttpStatusCode.OK, Genuine.Begini(body, _begini));
        await SendAsync(witness, host, HttpStatusCode.OK, Genuine.Begini([.. body, .. Enumerable.Repeat((byte)' ', 100_000)], _begini));
        await SendAsync(witness, host, HttpStatusCode.RequestEntityTooLarge, Genuine.Begini(new byte[2_000_000], _begini));
        await SendAsync(witness, host, HttpStatusCode.Forbidden, Genuine.Begini(body, Random(20)));
        await SendAsync(witness, host, HttpStatusCode.Forbidden, Genuine.Post("begini", body));
        await SendAsync(witness, host, HttpStatusCode.NotFound, Genuine.Post("nobody", body));
        await SendAsync(witness, host, HttpStatusCode.MethodNotAllowed, new HttpRequestMessage(HttpMethod.Get, "/webhooks/begini"));
        var toBroken = Genuine.Post("broken", body);
        toBroken.Headers.Add("X-Signature", new string('0', 64));
        await SendAsync(witness, host, HttpStatusCode.ServiceUnavailable, toBroken);
        await SendAsync(witness, host, HttpStatusCode.BadRequest, Sign(host, "aghanim", "not JSON"u8.ToArray()));
        await SendAsync(witness, host, HttpStatusCode.OK, Sign(host, "standard", "{\"type\":\"unwanted\"}"u8.ToArray()));
        await SendAsync(witness, host, HttpStatusCode.OK, Sign(host, "standard", "{\"type\":\"wanted\"}"u8.ToArray()));
        await SendAsync(witness, host, HttpStatusCode.OK, Sign(host, "bank", "{\"webhook_type\":\"paid\"}"u8.ToArray()));
        var stranger = Sign(host, "bank", "{\"webhook_type\":\"paid again\"}"u8.ToArray());
        stranger.Headers.Remove(QiTechScheme.ClientKeyHeader);
        stranger.Headers.Add(QiTechScheme.ClientKeyHeader, Random(16));
        await SendAsync(witness, host, HttpStatusCode.Forbidden, stranger);
        await witness.NoteStorageAsync(host);

        Assert.True(host.Get<SourceCatalogue>().TryGet("broken", out var broken));
        var exception = await Assert.ThrowsAsync<SecretsUnavailableException>(async () => await host.Get<KeyRing>().GetAsync(broken, default));
        witness.Note("exceptions of the key ring", exception.ToString());
    }

    private async Task FailStorageAsync(Witness witness, IngestHost host, StorageProxy proxy)
    {
        foreach (var fault in new[] { StorageFault.Answer(503, "ServerBusy"), StorageFault.Answer(403, "AuthenticationFailed"), StorageFault.CutBefore, StorageFault.CutAnswer })
        {
            foreach (var service in new[] { StorageService.Table, StorageService.Queue })
            {
                using (proxy.Inject(fault, call => call.Service == service))
                    await SendAsync(witness, host, null, Genuine.Begini($$"""{"event":{"type":"{{Random(4)}}"} }""", _begini));
            }
        }
    }

    private async Task FailVaultAsync(Witness witness, IngestHost host, string storage)
    {
        foreach (var fault in new[] { FakeVault.Answer(403, "Forbidden"), FakeVault.Answer(429, "Throttled", "1"), FakeVault.Answer(500, "InternalError"), FakeVault.Cut() })
        {
            _vault.Fault = fault;
            await host.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(1));
            await using var cold = await StartAsync(storage);
            await SendAsync(witness, cold, HttpStatusCode.ServiceUnavailable, Genuine.Begini("{}", _begini));
            await SendAsync(witness, host, HttpStatusCode.Forbidden, Genuine.Begini("{}", Random(20)));
            witness.Note(cold.Log);
        }

        // An answer that breaks off in the middle of a value.
        _vault.Fault = async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/versions", StringComparison.Ordinal))
                return false;
            await context.Response.WriteAsync($"{{\"value\":\"{_begini}");
            return true;
        };
        await using (var cold = await StartAsync(storage))
        {
            await SendAsync(witness, cold, HttpStatusCode.ServiceUnavailable, Genuine.Begini("{}", _begini));
            witness.Note(cold.Log);
        }

        _vault.Fault = null;
        await host.Get<ObservedReader>().AdvanceAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>
    /// Processes all that was accepted, with a handler that fails every time, and messages that cannot be read.
    /// </summary>
    private static async Task GiveUpAsync(Witness witness, IngestHost host)
    {
        await host.Ingestion.ProcessAsync(BinaryData.FromString("no message"), default);
        await host.Ingestion.KeepPoisonAsync(BinaryData.FromString("no message either"), default);
        var poisoned = 0;
        for (var i = 0; poisoned < 5 && i < 300; i++)
        {
            await host.ProcessVisibleAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            poisoned = 0;
            await foreach (var blob in host.Clients.Poison.GetBlobsAsync())
                poisoned++;
        }

        Assert.True(poisoned >= 5);
        await host.Ingestion.SweepAsync(default);
        using var health = await host.Http.GetAsync("/health/ready");
        await witness.NoteAsync(health);
    }

    private static async Task SendAsync(Witness witness, IngestHost host, HttpStatusCode? expected, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await host.Http.SendAsync(request);
            Assert.Equal(expected ?? HttpStatusCode.ServiceUnavailable, response.StatusCode);
            await witness.NoteAsync(response);
        }
    }

    private HttpRequestMessage Sign(IngestHost host, string name, byte[] body)
    {
        Assert.True(host.Get<SourceCatalogue>().TryGet(name, out var source));
        var webhook = new OutgoingWebhook($"msg_{Random(8)}", _clock.GetUtcNow(), $"/webhooks/{name}", body);
        var headers = new HeaderDictionary();
        var keys = host.Get<KeyRing>().GetAsync(source, default).AsTask().Result;
        foreach (var key in keys.Keys)
            source.Scheme.Sign(headers, webhook, key);

        var request = Genuine.Post(name, body);
        foreach (var (header, values) in headers)
            request.Headers.TryAddWithoutValidation(header, values.AsEnumerable());
        return request;
    }

    private IEnumerable<KeyValuePair<string, string?>> Settings() =>
    [
        new("KeyVault:Uri", _vault.Uri.ToString()),
        new("Webhooks:RetryDelays:0", "00:00:00.1"),
        new("Webhooks:Sources:standard:EventTypes:0", "wanted"),
        new("Webhooks:Sources:bank:Scheme", "qi-tech"),
        new("Webhooks:Sources:bank:Secrets:0", "bank-key"),
        new("Webhooks:Sources:bank:ClientKey", "bank-client"),
        new("Webhooks:Sources:broken:Scheme", "custom"),
        new("Webhooks:Sources:broken:Secrets:0", "broken-key"),
        new("Webhooks:Sources:broken:SecretFormat", "hex"),
        new("Webhooks:Sources:broken:Signature:Header", "X-Signature"),
        new("Webhooks:Sources:broken:Signature:Algorithm", "hmac-sha256"),
    ];

    private Task<IngestHost> StartAsync(string storage) => IngestHost.StartAsync(storage, Settings(), services => services
        .AddVault(_vault, _clock)
        .AddHandler(new RecordingHandler("failing", _ => throw new InvalidOperationException("As the test wants it."))));
}
