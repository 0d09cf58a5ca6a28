using System.Diagnostics.Tracing;
using Azure.Core.Diagnostics;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit.Abstractions;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>The keys and the real client on the wire: what a vault does to them.</summary>
public sealed class KeyVaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Source _source = new() { Name = "shop", Scheme = new PlainScheme(), SecretNames = ["shop-key"] };
    private FakeVault _vault = null!;

    public static TheoryData<string> Faults => [.. FaultsByName.Keys];

    private static Dictionary<string, Func<HttpContext, Task<bool>>> FaultsByName { get; } = new()
    {
        ["forbidden"] = FakeVault.Answer(403, "Forbidden"),
        ["throttled"] = FakeVault.Answer(429, "Throttled", retryAfter: "7"),
        ["internal error"] = FakeVault.Answer(500, "InternalError"),
        ["unavailable"] = FakeVault.Answer(503, "ServiceUnavailable", retryAfter: "Sat, 01 Aug 2026 00:00:01 GMT"),
        ["connection cut"] = FakeVault.Cut(),
        ["not JSON"] = async context =>
        {
            await context.Response.WriteAsync("<html>");
            return true;
        },
    };

    public async Task InitializeAsync() => _vault = await FakeVault.StartAsync(_clock);

    public async Task DisposeAsync() => await _vault.DisposeAsync();

    [Fact]
    public async Task Versions_are_those_enabled_started_and_not_expired_newest_first_over_all_pages()
    {
        var now = _clock.GetUtcNow();
        _vault.PageSize = 2;
        foreach (var key in new[] { "made-1st", "made-2nd", "made-3rd", "made-4th", "made-5th" })
        {
            _vault.Add("shop-key", key);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var disabled = _vault.Add("shop-key", "disabled");
        _vault.Change("shop-key", disabled, version => version.Enabled = false);
        _vault.Add("shop-key", "not-started", notBefore: now.AddHours(1));
        _vault.Add("shop-key", "expired-already", expiresOn: now);
        await using var ring = CreateRing();

        Assert.Equal(["made-5th", "made-4th", "made-3rd"], PlainScheme.TextsOf(await ring.Keys.GetAsync(_source, default)));
        Assert.Equal((4, 3), (_vault.Lists, _vault.Gets));
        Assert.Equal(1, _vault.Challenges);
    }

    [Fact]
    public async Task As_many_versions_are_valid_as_configured()
    {
        foreach (var key in new[] { "made-1st", "made-2nd" })
        {
            _vault.Add("shop-key", key);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await using var ring = CreateRing(("KeyVault:MaxVersions", "1"));

        Assert.Equal(["made-2nd"], PlainScheme.TextsOf(await ring.Keys.GetAsync(_source, default)));
        Assert.Equal((1, 1), (_vault.Lists, _vault.Gets));
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1", 10)]
    [InlineData("3", 10)]
    public async Task Newer_versions_that_are_no_keys_displace_no_good_one(string maxVersions, int bad)
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing(("KeyVault:MaxVersions", maxVersions));
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
        for (var i = 0; i < bad; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _vault.Add("shop-key", i % 2 == 0 ? "changeme" : "{\n  \"webhookSecret\": \"key-number-two\"\n}");
        }

        await ring.AdvanceAsync(Interval);
        Assert.Equal((200, 403), (await ring.StatusAsync("key-number-one"), await ring.StatusAsync("changeme")));
        await using (var cold = CreateRing(("KeyVault:MaxVersions", maxVersions)))
            Assert.Equal((200, 403), (await cold.StatusAsync("key-number-one"), await cold.StatusAsync("{")));

        // Each is asked for once, and told of once.
        var (lists, gets) = (_vault.Lists, _vault.Gets);
        await ring.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.InRange(_vault.Lists - lists, 12, 15);
        Assert.Equal(gets, _vault.Gets);
        Assert.Equal(bad, ring.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Error && record.Message.Contains("is not a key that source 'shop' can use", StringComparison.Ordinal)));

        _clock.Advance(TimeSpan.FromSeconds(1));
        _vault.Add("shop-key", "key-number-three");
        await ring.AdvanceAsync(Interval);
        Assert.Equal(200, await ring.StatusAsync("key-number-three"));
    }

    [Fact]
    public void A_setting_that_is_none_is_reported_by_name_value_and_fix()
    {
        var exception = Assert.Throws<OptionsValidationException>(() => CreateRing(("KeyVault:RefreshInterval", "often"), ("KeyVault:MaxVersions", "0")));

        Assert.Equal(
            [
                "KeyVault:RefreshInterval is 'often': give it a time as days.hours:minutes:seconds, such as 7.00:00:00 or 00:05:00.",
                "KeyVault:MaxVersions is 0. Set it to between 1 and 8.",
            ],
            exception.Failures);
    }

    [Fact]
    public async Task Concurrent_first_use_makes_one_call()
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();

        var accepted = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => ring.AcceptsAsync("key-number-one"))));

        Assert.DoesNotContain(false, accepted);
        Assert.Equal((1, 1), (_vault.Lists, _vault.Gets));
    }

    [Fact]
    public async Task The_steady_state_costs_one_call_a_refresh_and_none_a_webhook()
    {
        const int Hours = 6;
        _vault.Add("shop-key", "key-number-one");
        _vault.Add("shop-key", "key-number-two");
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);
        await ring.IdleAsync();
        var (lists, gets) = (_vault.Lists, _vault.Gets);

        for (var minute = 0; minute < Hours * 60; minute++)
        {
            await ring.AdvanceAsync(TimeSpan.FromMinutes(1));
            for (var webhook = 0; webhook < 20; webhook++)
                Assert.True(await ring.AcceptsAsync("key-number-one"));
        }

        output.WriteLine($"{(_vault.Lists - lists) / (double)Hours:0.0} list calls and {(_vault.Gets - gets) / (double)Hours:0.0} get calls an hour for one secret on one instance");
        Assert.Equal(gets, _vault.Gets);

        // Every 4 to 5 minutes, and the clock moves in steps of 5 s: 13.2 an hour on average.
        Assert.InRange(_vault.Lists - lists, 12 * Hours, 15 * Hours);
    }

    [Fact]
    public async Task No_genuine_webhook_is_refused_while_the_secret_is_rotated()
    {
        var old = _vault.Add("shop-key", "key-number-old");
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);

        await SendAsync(200, i => "key-number-old");

        _vault.Add("shop-key", "key-number-new");
        await SendAsync(200, i => "key-number-old");
        await ring.AdvanceAsync(Interval);
        await SendAsync(200, i => i % 2 == 0 ? "key-number-old" : "key-number-new");

        _vault.Change("shop-key", old, version => version.Enabled = false);
        await SendAsync(200, i => "key-number-new");
        await ring.AdvanceAsync(Interval);
        await SendAsync(200, i => "key-number-new");
        Assert.Equal(403, await ring.StatusAsync("key-number-old"));

        // 200 in a second of the clock, ten at a time.
        async Task SendAsync(int count, Func<int, string> key)
        {
            for (var i = 0; i < count; i += 10)
            {
                var batch = i;
                var accepted = await Task.WhenAll(Enumerable.Range(0, 10).Select(j => Task.Run(() => ring.AcceptsAsync(key(batch + j)))));
                Assert.DoesNotContain(false, accepted);
                await ring.AdvanceAsync(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    [Fact]
    public async Task A_webhook_signed_with_a_version_added_just_now_is_accepted_at_once()
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        Assert.True(await ring.AcceptsAsync("key-number-one"));

        _vault.Add("shop-key", "key-number-two");
        var accepted = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => ring.AcceptsAsync("key-number-two"))));

        Assert.DoesNotContain(false, accepted);
        Assert.Equal((2, 2), (_vault.Lists, _vault.Gets));
    }

    [Fact]
    public async Task Ten_thousand_forged_webhooks_in_a_minute_cost_one_call()
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);
        await ring.IdleAsync();
        var calls = _vault.Calls;

        for (var second = 0; second < 50; second++)
        {
            var accepted = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => ring.AcceptsAsync($"forged-{i}"))));
            Assert.DoesNotContain(true, accepted);
            await ring.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _vault.Calls - calls);

        // A forger that has spent the early refresh delays a version added now by the interval at most.
        _vault.Add("shop-key", "key-number-two");
        Assert.False(await ring.AcceptsAsync("key-number-two"));
        await ring.AdvanceAsync(Interval);
        Assert.True(await ring.AcceptsAsync("key-number-two"));
    }

    [Fact]
    public async Task A_webhook_that_cannot_be_verified_waits_two_seconds_for_a_slow_vault_and_is_told_the_truth_later()
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        Assert.True(await ring.AcceptsAsync("key-number-one"));

        var answer = new TaskCompletionSource();
        _vault.Fault = FakeVault.Slow(answer.Task);
        _vault.Add("shop-key", "key-number-two");
        var impatient = ring.StatusAsync("key-number-two");
        await UntilAsync(() => _vault.Lists == 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var patient = ring.StatusAsync("key-number-two");
        Assert.False(impatient.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(403, await impatient);

        answer.SetResult();
        Assert.Equal(200, await patient);
        Assert.Equal(2, _vault.Lists);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task The_vault_is_dead_for_an_hour_and_no_genuine_webhook_is_refused(string fault)
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);
        await ring.IdleAsync();
        var calls = _vault.Calls;

        _vault.Fault = FaultsByName[fault];
        for (var minute = 0; minute < 60; minute++)
        {
            await ring.AdvanceAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(200, await ring.StatusAsync("key-number-one"));
            Assert.Equal(403, await ring.StatusAsync("forged-forged"));
        }

        // From the first failure on, one try every 30 to 60 s.
        var warnings = ring.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Warning);
        Assert.InRange(warnings, 50, 130);
        Assert.Equal(warnings, ring.Refreshes("failure") + ring.Refreshes("throttled"));
        Assert.Equal(warnings, _vault.Calls - calls);
        Assert.Equal(fault == "throttled" ? warnings : 0, ring.Refreshes("throttled"));

        _vault.Fault = null;
        _vault.Add("shop-key", "key-number-two");
        await ring.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(200, await ring.StatusAsync("key-number-two"));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_cold_start_without_a_vault_answers_503_to_everything_until_the_vault_is_back(string fault)
    {
        _vault.Add("shop-key", "key-number-one");
        _vault.Fault = FaultsByName[fault];
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);
        await ring.IdleAsync();
        for (var minute = 0; minute < 30; minute++)
        {
            Assert.Equal(503, await ring.StatusAsync("key-number-one"));
            Assert.Equal(503, await ring.StatusAsync("forged-forged"));
            Assert.False(await ring.Keys.IsReadyAsync(default));
            await ring.AdvanceAsync(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(_vault.Calls, 25, 75);

        _vault.Fault = null;
        await ring.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
        Assert.Equal(403, await ring.StatusAsync("forged-forged"));
        Assert.True(await ring.Keys.IsReadyAsync(default));
    }

    [Fact]
    public async Task A_cold_start_with_a_vault_that_does_not_answer_answers_503_after_two_seconds()
    {
        _vault.Add("shop-key", "key-number-one");
        _vault.Fault = FakeVault.Slow(new TaskCompletionSource().Task);
        await using var ring = CreateRing();

        var status = ring.StatusAsync("key-number-one");
        await UntilAsync(() => _vault.Lists == 1);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(503, await status);

        _vault.Fault = null;
        await ring.AdvanceAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        await ring.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
    }

    [Fact]
    public async Task A_vault_that_cannot_be_reached_is_an_outage_as_well()
    {
        var client = _vault;
        _vault = await FakeVault.StartAsync(_clock);
        await using var ring = new VaultedRing(client, _clock, _source);
        client.Add("shop-key", "key-number-one");
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));

        await client.DisposeAsync();
        await ring.AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
        Assert.InRange(ring.Refreshes("failure"), 50, 130);
    }

    [Theory]
    [InlineData("90")]
    [InlineData("Sat, 01 Aug 2026 00:01:30 GMT")]
    public async Task A_throttling_vault_is_left_alone_for_as_long_as_it_asks(string retryAfter)
    {
        _vault.Add("shop-key", "key-number-one");
        _vault.Fault = FakeVault.Answer(429, "Throttled", retryAfter);
        await using var ring = CreateRing();
        await ring.Keys.StartAsync(default);
        await ring.IdleAsync();
        Assert.Equal(1, _vault.Calls);

        _vault.Fault = null;
        for (var second = 0; second < 89; second++)
        {
            await ring.AdvanceAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(503, await ring.StatusAsync("key-number-one"));
        }

        Assert.Equal(1, _vault.Calls);
        await ring.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
    }

    [Fact]
    public async Task A_refresh_that_is_cut_short_does_not_ask_again_for_what_it_has()
    {
        _vault.Add("shop-key", "key-number-one");
        _vault.Add("shop-key", "key-number-two");
        var answered = 0;
        _vault.Fault = context => Interlocked.Increment(ref answered) == 3 ? FakeVault.Answer(429, "Throttled", "1")(context) : Task.FromResult(false);
        await using var ring = CreateRing();
        Assert.Equal(503, await ring.StatusAsync("key-number-one"));
        Assert.Equal((1, 2), (_vault.Lists, _vault.Gets));

        await ring.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
        Assert.Equal((2, 3), (_vault.Lists, _vault.Gets));
    }

    [Fact]
    public async Task A_disabled_version_is_refused_within_the_interval()
    {
        var one = _vault.Add("shop-key", "key-number-one");
        _vault.Add("shop-key", "key-number-two");
        await using var ring = CreateRing();
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));

        _vault.Change("shop-key", one, version => version.Enabled = false);
        await ring.AdvanceAsync(Interval);

        Assert.Equal(403, await ring.StatusAsync("key-number-one"));
        Assert.Equal(200, await ring.StatusAsync("key-number-two"));
    }

    [Fact]
    public async Task A_version_is_accepted_within_the_interval_of_its_start_and_refused_from_its_expiry_on_even_in_an_outage()
    {
        var now = _clock.GetUtcNow();
        _vault.Add("shop-key", "key-number-one", expiresOn: now.AddMinutes(30));
        _vault.Add("shop-key", "key-number-two", notBefore: now.AddMinutes(10));
        await using var ring = CreateRing();
        Assert.Equal((200, 403), (await ring.StatusAsync("key-number-one"), await ring.StatusAsync("key-number-two")));

        await ring.AdvanceAsync(TimeSpan.FromMinutes(10) + Interval);
        Assert.Equal((200, 200), (await ring.StatusAsync("key-number-one"), await ring.StatusAsync("key-number-two")));

        _vault.Fault = FakeVault.Answer(503, "ServiceUnavailable");
        await ring.AdvanceAsync(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
        await ring.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((403, 200), (await ring.StatusAsync("key-number-one"), await ring.StatusAsync("key-number-two")));
    }

    [Fact]
    public async Task With_its_last_version_disabled_a_source_answers_503()
    {
        var one = _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        Assert.Equal(200, await ring.StatusAsync("key-number-one"));

        _vault.Change("shop-key", one, version => version.Enabled = false);
        await ring.AdvanceAsync(Interval);

        Assert.Equal(503, await ring.StatusAsync("key-number-one"));
        Assert.Contains(ring.Logs.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message == $"Secret 'shop-key' of {_vault.Uri} has no value in force.");
    }

    [Fact]
    public async Task A_secret_that_the_vault_does_not_have_is_reported_and_found_once_it_is_there()
    {
        await using var ring = CreateRing();
        Assert.Equal(503, await ring.StatusAsync("key-number-one"));
        Assert.Contains(ring.Logs.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message == $"Secret 'shop-key' of {_vault.Uri} has no value in force.");

        _vault.Add("shop-key", "key-number-one");
        await ring.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(200, await ring.StatusAsync("key-number-one"));
    }

    [Fact]
    public async Task The_age_of_what_is_known_is_measured()
    {
        _vault.Add("shop-key", "key-number-one");
        await using var ring = CreateRing();
        using var ages = new MetricCollector<double>(ring.Meters, "FunctionsIngest", "ingest.secrets.age");
        ages.RecordObservableInstruments();
        Assert.Null(ages.LastMeasurement);

        await ring.AcceptsAsync("key-number-one");
        _vault.Fault = FakeVault.Answer(500, "InternalError");
        await ring.AdvanceAsync(TimeSpan.FromHours(1));
        ages.RecordObservableInstruments();

        Assert.Equal(3600, ages.LastMeasurement!.Value);
        Assert.Equal("shop-key", ages.LastMeasurement.Tags["secret"]);
    }

    [Fact]
    public async Task No_secret_shows_in_logs_exceptions_and_the_events_of_the_client()
    {
        string[] secrets = ["a-secret-of-the-shop", "another-of-the-shop", "tiny7"];
        var events = new List<string>();
        using var listener = new AzureEventSourceListener((_, message) => { lock (events) events.Add(message); }, EventLevel.LogAlways);
        foreach (var secret in secrets)
            _vault.Add("shop-key", secret);
        await using var ring = CreateRing();
        var texts = new List<string>();

        Assert.Equal(200, await ring.StatusAsync(secrets[0]));
        foreach (var fault in FaultsByName.Values)
        {
            _vault.Fault = fault;
            await ring.AdvanceAsync(Interval);
        }

        await ring.AdvanceAsync(TimeSpan.FromDays(1), TimeSpan.FromHours(1));
        var exception = await Assert.ThrowsAsync<SecretsUnavailableException>(() => ring.AcceptsAsync(secrets[0]));
        texts.Add(exception.ToString());
        texts.AddRange(ring.Logs.GetSnapshot().Select(record => $"{record.Message} {record.Exception} {string.Join(' ', record.StructuredState ?? [])}"));
        lock (events)
            texts.AddRange(events);

        Assert.Contains(texts, text => text.Contains("it is too short", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.Contains("shop-key/versions", StringComparison.Ordinal));
        Assert.All(texts, text => Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal)));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition() && i < 3000; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Assert.True(condition());
    }

    private VaultedRing CreateRing(params (string Key, string Value)[] settings) => new(_vault, _clock, _source, settings);
}
