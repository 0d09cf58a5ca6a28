using System.Diagnostics;
using System.Net;
using FunctionsIngest.Ledger;
using FunctionsIngest.Secrets;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>
/// Storage or secrets that cannot be reached: 503 with Retry-After, in time, and no word of the cause.
/// </summary>
public sealed class UnavailableTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly Dictionary<string, StorageFault> Faults = new()
    {
        ["reset"] = StorageFault.CutBefore,
        ["cut after"] = StorageFault.CutAfter,
        ["silence"] = StorageFault.Silent,
        ["silence after"] = StorageFault.SilentAfter,
        ["500"] = StorageFault.Answer(500, "InternalError"),
        ["503"] = StorageFault.Answer(503, "ServerBusy"),
        ["429"] = StorageFault.Answer(429, "TooManyRequests"),
        ["403"] = StorageFault.Answer(403, "AuthenticationFailed"),
        ["404"] = StorageFault.Answer(404, "ResourceNotFound"),
        ["409"] = StorageFault.Answer(409, "TableBeingDeleted"),
    };

    /// <summary>Each fault at each step that a request depends on.</summary>
    public static TheoryData<string, string> FaultsAndSteps()
    {
        var data = new TheoryData<string, string>();
        foreach (var fault in Faults.Keys)
        {
            foreach (var step in new[] { StorageStep.Insert, StorageStep.StorePayload, StorageStep.Send })
                data.Add(fault, step.ToString());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FaultsAndSteps))]
    public async Task Storage_that_fails_is_503_and_the_senders_retry_is_processed_once(string fault, string step)
    {
        var handler = new RecordingHandler("one");
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        await using var host = await IngestHost.StartAsync(
            proxy.ConnectionString,
            [new("Webhooks:AnswerWithin", "00:00:03"), new("Webhooks:StorageTryTimeout", fault.StartsWith("silence", StringComparison.Ordinal) ? "00:00:00.5" : "00:00:25")],
            services => services.AddHandler(handler));
        using (proxy.Inject(Faults[fault], call => StorageSteps.Of(call) == Enum.Parse<StorageStep>(step)))
        {
            using var request = Genuine.Begini(ObservedHost.LargeBody());
            await AssertUnavailableAsync(await host.Http.SendAsync(request));
        }

        // A slow machine is not a fault either: the sender retries until it is told 2xx.
        var id = default(string);
        await ObservedHost.UntilAsync(async () =>
        {
            (var status, _, id) = await host.SendBeginiAsync(ObservedHost.LargeBody());
            return status == HttpStatusCode.OK;
        });
        await host.ProcessVisibleAsync();

        Assert.Equal(id, Assert.Single(handler.Runs).Id);
        Assert.Equal(RowState.Processed, (await host.RowAsync(id!)).State);
    }

    [Theory]
    [InlineData(nameof(StorageStep.Look))]
    [InlineData(nameof(StorageStep.Send))]
    [InlineData(nameof(StorageStep.MarkHandedOver))]
    public async Task A_duplicate_of_which_storage_can_tell_nothing_is_503(string step)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.AcceptAsync();
        using (app.Fail(Enum.Parse<StorageStep>(step), StorageFault.Answer(503, "ServerBusy")))
        {
            using var request = Genuine.Begini("{}");
            await AssertUnavailableAsync(await app.Host.Http.SendAsync(request));
        }

        Assert.Equal(HttpStatusCode.OK, (await app.Host.SendBeginiAsync("{}")).Status);
    }

    [Fact]
    public async Task However_long_storage_is_silent_the_answer_comes_in_time()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        await using var host = await IngestHost.StartAsync(
            proxy.ConnectionString, [new("Webhooks:AnswerWithin", "00:00:01"), new("Webhooks:StorageTries", "5"), new("Webhooks:StorageTryTimeout", "00:01:00")]);
        using var fault = proxy.Inject(StorageFault.Silent, call => StorageSteps.Of(call) == StorageStep.Insert);
        using var request = Genuine.Begini("{}");
        var started = Stopwatch.StartNew();

        await AssertUnavailableAsync(await host.Http.SendAsync(request));

        // The tries alone would take minutes.
        Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Secrets_that_cannot_be_read_are_503_for_genuine_and_forged_alike()
    {
        var reader = new Mock<ISecretReader>();
        reader.Setup(vault => vault.ReadAsync(It.IsAny<string>(), It.IsAny<Func<string, bool>>(), It.IsAny<CancellationToken>())).Throws(new IOException("The vault is down."));
        await using var app = await ObservedHost.StartAsync(azurite, services: services => services.AddSingleton(reader.Object));
        using var genuine = Genuine.Begini("{}");
        using var forged = Genuine.Begini("{}", key: "another-key");

        await AssertUnavailableAsync(await app.Host.Http.SendAsync(genuine));
        await AssertUnavailableAsync(await app.Host.Http.SendAsync(forged));

        Assert.Empty(app.Proxy.Calls);
    }

    [Fact]
    public async Task A_storage_account_that_is_not_there_at_all_is_503()
    {
        await using var unreachable = await IngestHost.StartUnpreparedAsync(
            "DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=aHVzaA==;"
            + "QueueEndpoint=http://127.0.0.1:1/nobody;TableEndpoint=http://127.0.0.1:1/nobody;BlobEndpoint=http://127.0.0.1:1/nobody");
        using var request = Genuine.Begini("{}");

        await AssertUnavailableAsync(await unreachable.Http.SendAsync(request));
    }

    private static async Task AssertUnavailableAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
            await AnswerTests.AssertProblemAsync(response, HttpStatusCode.ServiceUnavailable, "Not now; please send again.");
        }
    }
}
