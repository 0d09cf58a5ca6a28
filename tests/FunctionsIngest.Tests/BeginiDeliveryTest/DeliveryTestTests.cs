using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Outbound;
using FunctionsIngest.Secrets;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace FunctionsIngest.Tests.BeginiDeliveryTest;

/// <summary>
/// Every row of the table in Begini's document "Testing and Security", by status and by the body's every character.
/// </summary>
public sealed class DeliveryTestTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Path = "/v1/webhooks-management/test";
    private const string ClientId = "622056dce007dc805c741751";
    private const string ApiKey = "acme's own api key";

    [Fact]
    public async Task Without_an_Api_key_the_answer_is_400()
    {
        await using var host = await StartAsync();

        Assert.Equal((HttpStatusCode.BadRequest, """{"detail":"No Api-key supplied"}"""), await TestAsync(host, null));
        Assert.Equal((HttpStatusCode.BadRequest, """{"detail":"No Api-key supplied"}"""), await TestAsync(host, ""));
    }

    [Theory]
    [InlineData("somebody else's")]
    [InlineData("acme's own api key2")]
    [InlineData("acme's own api ke")]
    [InlineData("ACME'S OWN API KEY")]
    public async Task With_a_key_that_is_nobodys_the_answer_is_403(string key)
    {
        await using var host = await StartAsync();

        Assert.Equal((HttpStatusCode.Forbidden, """{"detail":"Invalid Api-key"}"""), await TestAsync(host, key));
    }

    [Fact]
    public async Task Two_different_keys_in_one_request_are_nobodys()
    {
        await using var host = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path);
        request.Headers.Add("Api-key", [ApiKey, "another"]);
        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData($"{ApiKey}, {ApiKey}", 424)]
    [InlineData($"{ApiKey}, another", 403)]
    [InlineData($"another, {ApiKey}", 403)]
    public async Task A_key_that_came_twice_and_was_joined_is_one_key(string joined, int status)
    {
        await using var host = await StartAsync();

        Assert.Equal(status, (int)(await TestAsync(host, joined)).Item1);
    }

    [Fact]
    public async Task Of_a_client_without_a_receiver_the_answer_is_424()
    {
        await using var host = await StartAsync();

        Assert.Equal(
            ((HttpStatusCode)424, """{"detail":"Webhooks not set for 622056dce007dc805c741751, please set in Begini Dashboard"}"""),
            await TestAsync(host, ApiKey));
    }

    [Fact]
    public async Task A_receiver_that_takes_the_webhook_gives_200_and_the_webhook_is_signed_as_the_document_says()
    {
        var (signature, body) = ("", Array.Empty<byte>());
        await using var receiver = await Receiver.StartAsync(async context =>
        {
            signature = context.Request.Headers["X-Signature"].ToString();
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            body = copy.ToArray();
            await context.Response.WriteAsync("200");
        });
        await using var host = await StartAsync(receiver.Url);

        var (status, text) = await TestAsync(host, ApiKey);

        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(text);
        var detail = json.RootElement.GetProperty("detail").GetString()!;
        Assert.Equal($$"""{"webhook_receiver_status_code":200,"detail":"{{detail}}"}""", text);
        Assert.Matches("^Test webhook test_[0-9a-f]{32} was delivered to 127\\.0\\.0\\.1 in [0-9]+ ms$", detail);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(ApiKey), body)), signature);
    }

    [Fact]
    public async Task A_receiver_that_refuses_gives_422_with_its_status_and_body()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("""{"detail":"Validation Failure"}""");
        });
        await using var host = await StartAsync(receiver.Url);

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, """{"detail":{"webhook_receiver_status_code":403,"webhook_receiver_body_content":"{\"detail\":\"Validation Failure\"}"}}"""),
            await TestAsync(host, ApiKey));
    }

    [Fact]
    public async Task A_receiver_that_nothing_listens_at_gives_503_with_the_space_at_the_end()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using var host = await StartAsync($"http://127.0.0.1:{port}/");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"detail":"Cannot connect to host 127.0.0.1 "}"""), await TestAsync(host, ApiKey));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_gives_503()
    {
        await using var host = await StartAsync("https://no-such-host.invalid/webhooks");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"detail":"Cannot connect to host no-such-host.invalid "}"""), await TestAsync(host, ApiKey));
    }

    [Fact]
    public async Task Pointed_at_our_own_source_it_ends_in_200_and_an_archived_event()
    {
        await using var target = await IngestHost.StartAsync(azurite.NewStorage());
        await using var host = await StartAsync(new Uri(target.Http.BaseAddress!, "/webhooks/begini").ToString(), apiKey: Genuine.BeginiKey);

        var (status, _) = await TestAsync(host, Genuine.BeginiKey);
        await target.ProcessVisibleAsync();

        Assert.Equal(HttpStatusCode.OK, status);
        var archived = Assert.Single(await target.ListArchiveAsync());
        var document = (await target.Clients.Archive.GetBlobClient(archived).DownloadContentAsync()).Value.Content;
        Assert.Contains("\"type\": \"webhook.test\"", document.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_is_tested_with_the_scheme_that_it_has()
    {
        await using var target = await IngestHost.StartAsync(azurite.NewStorage());
        await using var host = await StartAsync(
            new Uri(target.Http.BaseAddress!, "/webhooks/standard").ToString(), apiKey: Genuine.StandardSecret, ("Scheme", "standard-webhooks"));

        Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, Genuine.StandardSecret)).Status);
    }

    [Fact]
    public async Task No_connection_is_made_to_a_name_that_resolves_to_an_address_of_our_own_network()
    {
        await using var receiver = await Receiver.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var host = await StartAsync(NamedLocalhost(receiver), ApiKey, ("AllowPrivateAddresses", "false"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"detail":"Cannot connect to host localhost "}"""), await TestAsync(host, ApiKey));
        Assert.Equal(0, receiver.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    public async Task An_address_of_our_own_network_ends_the_start(string address)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync($"http://{address}:8080/", ApiKey, ("AllowPrivateAddresses", "false")));

        Assert.Contains($":ReceiverUrl has the host '{address.Trim('[', ']')}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_client_may_reach_another_may_not()
    {
        await using var receiver = await Receiver.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var host = await StartAsync(
            receiver.Url, ApiKey, ("../other:ApiKeySecret", "other-api-key"), ("../other:ReceiverUrl", NamedLocalhost(receiver)));

        Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, ApiKey)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await TestAsync(host, "other's own api key")).Status);
        Assert.Equal(1, receiver.Requests);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_not_followed()
    {
        await using var elsewhere = await Receiver.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await using var host = await StartAsync(receiver.Url);

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, """{"detail":{"webhook_receiver_status_code":307,"webhook_receiver_body_content":""}}"""),
            await TestAsync(host, ApiKey));
        Assert.Equal(0, elsewhere.Requests);
    }

    [Fact]
    public async Task Of_an_endless_answer_64_KiB_are_kept()
    {
        await using var receiver = await Receiver.StartAsync(async context =>
        {
            context.Response.StatusCode = 500;
            var chunk = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        await using var host = await StartAsync(receiver.Url);

        var (status, text) = await TestAsync(host, ApiKey);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(64 * 1024, json.RootElement.GetProperty("detail").GetProperty("webhook_receiver_body_content").GetString()!.Length);
    }

    [Fact]
    public async Task Headers_without_measure_count_as_no_answer()
    {
        await using var receiver = await Receiver.StartAsync(context =>
        {
            for (var i = 0; i < 100; i++)
                context.Response.Headers[string.Create(CultureInfo.InvariantCulture, $"X-{i}")] = new string('x', 1000);
            return Task.CompletedTask;
        });
        await using var host = await StartAsync(receiver.Url);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await TestAsync(host, ApiKey)).Status);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_10_s_gives_503()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        var arrived = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await using var host = await StartAsync(receiver.Url, time: time);

        var test = TestAsync(host, ApiKey);
        await arrived.Task;
        time.Advance(ReceiverCaller.Patience);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"detail":"Cannot connect to host 127.0.0.1 "}"""), await test);
    }

    [Fact]
    public async Task A_client_has_so_many_tests_a_minute()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        await using var host = await StartAsync(receiver.Url, time: time);

        for (var i = 0; i < DeliveryTestClient.TestsPerMinute; i++)
            Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, ApiKey)).Status);

        Assert.Equal((HttpStatusCode.TooManyRequests, """{"detail":"Too many requests"}"""), await TestAsync(host, ApiKey));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, ApiKey)).Status);
        Assert.Equal(DeliveryTestClient.TestsPerMinute + 1, receiver.Requests);
    }

    [Fact]
    public async Task After_too_many_wrong_keys_a_right_one_is_answered_like_a_wrong_one_until_the_minute_ends()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        await using var host = await StartAsync(receiver.Url, time: time);

        Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, ApiKey)).Status);
        for (var i = 0; i < DeliveryTester.WrongKeysPerMinute; i++)
            Assert.Equal(HttpStatusCode.Forbidden, (await TestAsync(host, "wrong")).Status);

        using var request = Request("wrong");
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("60", Assert.Single(response.Headers.GetValues("Retry-After")));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TestAsync(host, ApiKey)).Status);
        Assert.Equal(1, receiver.Requests);

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await TestAsync(host, ApiKey)).Status);
    }

    [Fact]
    public async Task Right_keys_use_nothing_of_the_limit_on_wrong_ones()
    {
        await using var host = await StartAsync(null, time: new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60)));

        for (var i = 0; i < DeliveryTester.WrongKeysPerMinute + 1; i++)
            Assert.Equal((HttpStatusCode)424, (await TestAsync(host, ApiKey)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await TestAsync(host, "wrong")).Status);
    }

    [Fact]
    public async Task What_a_receiver_sent_before_a_bad_chunk_is_kept()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync();
        await using var host = await StartAsync($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, """{"detail":{"webhook_receiver_status_code":500,"webhook_receiver_body_content":"good and good"}}"""),
            await TestAsync(host, ApiKey));
        await answering;

        async Task AnswerAsync()
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[64 * 1024], 1);

            // In one packet, so that the good chunks and the bad one come to one read.
            await stream.WriteAsync("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ngood \r\n8\r\nand good\r\nno number\r\nbad\r\n"u8.ToArray());
            await stream.CopyToAsync(Stream.Null).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [Fact]
    public async Task Two_clients_whom_a_vault_gives_one_API_key_are_both_refused_and_told_of()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        var vault = Vault(name => name is "acme-api-key" or "other-api-key" ? [ApiKey] : ["a key of another source"]);
        await using var host = await StartAsync(
            receiver.Url, ApiKey, null, [("../other:ApiKeySecret", "other-api-key"), ("../other:ReceiverUrl", receiver.Url), ("../other:AllowPrivateAddresses", "true")], vault);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"detail":"API keys cannot be checked now, please try again"}"""), await TestAsync(host, ApiKey));

        Assert.Equal(0, receiver.Requests);
        Assert.Contains(host.Log.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message.Contains("is the API key of two clients of the delivery test", StringComparison.Ordinal));
        Assert.Contains(host.Log.GetSnapshot(), record => record.Level == LogLevel.Warning && record.Message.Contains("'acme-api-key' and 'other-api-key' have the same value", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Message.Contains(ApiKey, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("begini", "kE9fVb2Qx7", "it has 10 bytes, and a shared secret needs 16")]
    [InlineData("begini", "<the API key of the client>", "it is a placeholder, and no secret")]
    [InlineData("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "it is a public key, and a key that can sign is needed")]
    public async Task An_API_key_of_a_vault_that_cannot_serve_is_nobody_s_and_told_of_once(string scheme, string key, string problem)
    {
        var vault = Vault(name => name == "acme-api-key" ? [key, ApiKey] : ["a key of another source"]);
        await using var host = await StartAsync(null, ApiKey, null, [("Scheme", scheme)], vault);

        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.Forbidden, (await TestAsync(host, key)).Status);

        Assert.Equal((HttpStatusCode)424, (await TestAsync(host, ApiKey)).Status);
        Assert.Single(host.Log.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message.EndsWith($" is not an API key of the delivery test's client '{ClientId}': {problem}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_methods_are_answered_with_405()
    {
        await using var host = await StartAsync();
        using var response = await host.Http.GetAsync(new Uri(Path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", Assert.Single(response.Content.Headers.Allow));
    }

    [Fact]
    public async Task No_key_is_logged()
    {
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask);
        await using var host = await StartAsync(receiver.Url);

        await TestAsync(host, ApiKey);
        await TestAsync(host, "a wrong key");

        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Message.Contains(ApiKey, StringComparison.Ordinal) || record.Message.Contains("a wrong key", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    private static string NamedLocalhost(Receiver receiver) => new UriBuilder(receiver.Url) { Host = "localhost" }.Uri.ToString();

    private Task<IngestHost> StartAsync(string? receiver = null, string apiKey = ApiKey, params (string Setting, string Value)[] settings)
        => StartAsync(receiver, apiKey, null, settings);

    private Task<IngestHost> StartAsync(string? receiver, TimeProvider time) => StartAsync(receiver, ApiKey, time, []);

    private static ISecretReader Vault(Func<string, string[]> read)
    {
        var reader = new Mock<ISecretReader> { CallBase = true };
        reader.Setup(vault => vault.ReadAsync(It.IsAny<string>(), It.IsAny<Func<string, bool>>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string name, Func<string, bool> _, CancellationToken _) => [.. read(name).Select((text, i) => new SecretVersion(text) { Id = $"v{i}" })]);
        reader.Setup(vault => vault.Describe(It.IsAny<string>())).Returns((string name) => $"Secret '{name}'");
        return reader.Object;
    }

    private Task<IngestHost> StartAsync(string? receiver, string apiKey, TimeProvider? time, (string Setting, string Value)[] settings, ISecretReader? vault = null)
    {
        const string Section = $"Webhooks:DeliveryTests:{ClientId}";
        var all = new Dictionary<string, string?>
        {
            [$"{Section}:ApiKeySecret"] = "acme-api-key",
            [$"{Section}:ReceiverUrl"] = receiver ?? "",
            [$"{Section}:AllowPrivateAddresses"] = "true",
            ["Secrets:acme-api-key"] = apiKey,
            ["Secrets:other-api-key"] = "other's own api key",
        };
        foreach (var (setting, value) in settings)
            all[setting.StartsWith("../", StringComparison.Ordinal) ? $"Webhooks:DeliveryTests:{setting[3..]}" : $"{Section}:{setting}"] = value;
        if (vault is not null)
            all["KeyVault:Uri"] = "https://vault.example";
        return IngestHost.StartAsync(azurite.NewStorage(), all, services =>
        {
            if (time is not null)
                services.AddSingleton(time);
            if (vault is not null)
                services.AddSingleton(vault);
        });
    }

    private static HttpRequestMessage Request(string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Api-key", key);
        return request;
    }

    private static async Task<(HttpStatusCode Status, string Body)> TestAsync(IngestHost host, string? key)
    {
        using var request = Request(key);
        using var response = await host.Http.SendAsync(request);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
