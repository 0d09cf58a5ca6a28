using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Sources;
using FunctionsIngest.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Core.Tests.Secrets;

public class KeyRingTests
{
    private static readonly DateTimeOffset Day = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Keys_come_from_memory_without_waiting_and_without_allocating()
    {
        var source = Ring.Source("shop");
        using var ring = new Ring(new ScriptedReader(_ => [new SecretVersion("key-number-one")]), source);
        await ring.Keys.GetAsync(source, default);

        for (var i = 0; i < 100; i++)
            await ring.Keys.GetAsync(source, default);

        var thread = Environment.CurrentManagedThreadId;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            await ring.Keys.GetAsync(source, default);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(thread, Environment.CurrentManagedThreadId);
    }

    [Fact]
    public async Task Everybody_who_asks_first_waits_for_one_read()
    {
        var source = Ring.Source("shop");
        var answer = new TaskCompletionSource<IReadOnlyList<SecretVersion>>();
        var reader = new ScriptedReader((_, _) => answer.Task);
        using var ring = new Ring(reader, source);

        // Not unwrapped: each has asked, and waits.
        var asking = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => new[] { ring.TextsAsync(source) })));
        answer.SetResult([new SecretVersion("key-number-one")]);

        Assert.All(await Task.WhenAll(asking.SelectMany(waiting => waiting)), texts => Assert.Equal(["key-number-one"], texts));
        Assert.Equal(1, reader.Reads);
    }

    [Fact]
    public async Task A_source_with_several_secrets_has_the_keys_of_all_versions_newest_first()
    {
        var source = Ring.Source("old", "new");
        using var ring = new Ring(
            new ScriptedReader(name => name == "old"
                ? [new SecretVersion("made-third") { CreatedOn = Day.AddDays(3) }, new SecretVersion("made-first") { CreatedOn = Day.AddDays(1) }]
                : [new SecretVersion("made-fourth") { CreatedOn = Day.AddDays(4) }, new SecretVersion("made-second") { CreatedOn = Day.AddDays(2) }]),
            source);

        Assert.Equal(["made-fourth", "made-third", "made-second", "made-first"], await ring.TextsAsync(source));
    }

    [Fact]
    public async Task The_same_key_twice_is_one_key()
    {
        var source = Ring.Source("one", "two");
        using var ring = new Ring(new ScriptedReader(_ => [new SecretVersion("key-number-one"), new SecretVersion("key-number-one\n"), new SecretVersion("key-number-two")]), source);

        Assert.Equal(["key-number-one", "key-number-two"], await ring.TextsAsync(source));
    }

    [Fact]
    public async Task More_keys_than_a_scheme_looks_at_are_reported_and_the_newest_kept()
    {
        var source = Ring.Source("shop");
        var keys = Enumerable.Range(1, VerificationKey.MaxPerSource + 2).Select(i => $"key-number-{i}").ToList();
        using var ring = new Ring(new ScriptedReader(_ => [.. keys.Select(key => new SecretVersion(key))]), source);

        Assert.Equal(keys.Take(VerificationKey.MaxPerSource), await ring.TextsAsync(source));
        Assert.Equal(["Error: Source 'shop' has 10 keys: the newest 8 are used."], ring.Logged);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_reported_by_name_and_never_by_value()
    {
        var source = Ring.Source("shop");
        using var ring = new Ring(new ScriptedReader(_ => [new SecretVersion("short") { Id = "v3" }, new SecretVersion("key-number-one\nkey-number-two") { Id = "v2" }, new SecretVersion("key-number-one") { Id = "v1" }]), source);

        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
        Assert.Equal(
            [
                "Error: Secret 'shop', version v3 is not a key that source 'shop' can use: it is too short.",
                "Error: Secret 'shop', version v2 is not a key that source 'shop' can use: it has a line break inside, and a secret is one key: give each key a secret of its own, or an entry of a list.",
            ],
            ring.Logged);
    }

    [Fact]
    public async Task A_problem_is_reported_again_only_when_it_has_changed()
    {
        var source = Ring.Source("shop", "spare");
        IReadOnlyList<SecretVersion> spare = [new SecretVersion("short")];
        using var ring = new Ring(new ScriptedReader(name => name == "shop" ? [new SecretVersion("key-number-one")] : spare), source);
        await ring.Keys.StartAsync(default);
        Assert.Single(ring.Logged);

        ring.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(ring.Logged);

        spare = [];
        ring.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("Error: Secret 'spare' has no value in force.", ring.Logged[1]);

        spare = [new SecretVersion("key-number-two")];
        ring.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, ring.Logged.Count);
        Assert.Equal(["key-number-one", "key-number-two"], await ring.TextsAsync(source));
    }

    [Fact]
    public async Task A_version_that_is_no_key_displaces_none_and_is_told_once_with_a_metric()
    {
        var source = Ring.Source("shop");
        var good = new SecretVersion("key-number-one") { Id = "v1" };
        IReadOnlyList<SecretVersion> versions = [good];
        var reader = new ScriptedReader(_ => versions);
        using var ring = new Ring(reader, source);
        using var refused = new MetricCollector<long>(ring.Meters, "FunctionsIngest", "ingest.secrets.refused");
        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));

        versions = [new SecretVersion("<the secret of the shop>") { Id = "v2" }, good];
        ring.Clock.Advance(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
            ring.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["Error: Secret 'shop', version v2 is not a key that source 'shop' can use: it is a placeholder, and no secret."], ring.Logged);
        var measurement = Assert.Single(refused.GetMeasurementSnapshot());
        Assert.Equal((1L, "shop"), (measurement.Value, measurement.Tags["secret"]));
        Assert.True(await ring.Keys.IsReadyAsync(default));
    }

    [Fact]
    public async Task A_secret_with_unusable_versions_alone_leaves_a_source_to_its_other_secret()
    {
        var source = Ring.Source("good", "bad");
        using var ring = new Ring(new ScriptedReader(name => [new SecretVersion(name == "good" ? "key-number-one" : "changeme")]), source);

        var seen = await ring.Keys.GetAsync(source, default);

        Assert.Equal(["key-number-one"], PlainScheme.TextsOf(seen));
        Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
    }

    [Fact]
    public async Task While_a_refresh_fails_what_no_key_verifies_is_refused_and_not_put_off()
    {
        var source = Ring.Source("shop");
        var refuses = false;
        using var ring = new Ring(new ScriptedReader(_ => refuses ? throw new InvalidOperationException("Not now.") : [new SecretVersion("key-number-one")]), source);
        var seen = await ring.Keys.GetAsync(source, default);
        refuses = true;

        Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
        ring.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
    }

    [Fact]
    public async Task A_list_of_the_configuration_that_becomes_wrong_leaves_the_keys_as_they_were()
    {
        var source = Ring.Source("the-shop");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:the-shop", "key-number-one")]).Build();
        using var ring = new Ring(new ConfigurationSecretReader(configuration), source);
        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));

        configuration["Secrets:the_shop"] = "key-number-two";
        ring.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
        Assert.StartsWith("Warning: Secrets:the-shop could not be read", ring.Logged[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Secret 'shop' is not a key that source 'shop' can use: it is empty.")]
    [InlineData(" \n\t ", "Secret 'shop' is not a key that source 'shop' can use: it is empty.")]
    [InlineData("<the secret of the shop>", "Secret 'shop' is not a key that source 'shop' can use: it is a placeholder, and no secret.")]
    [InlineData("short", "Secret 'shop' is not a key that source 'shop' can use: it is too short.")]
    public async Task Without_a_usable_key_a_source_is_unavailable_and_says_why(string text, string reason)
    {
        var source = Ring.Source("shop");
        var configuration = new ScriptedReader(_ => [new SecretVersion(text)]);
        using var ring = new Ring(configuration, source);

        var exception = await Assert.ThrowsAsync<SecretsUnavailableException>(async () => await ring.Keys.GetAsync(source, default));

        Assert.Equal($"Source 'shop' has no usable key. {reason}", exception.Message);
        Assert.False(await ring.Keys.IsReadyAsync(default));
    }

    [Fact]
    public async Task A_source_without_usable_keys_has_them_read_once_a_minute_and_serves_once_they_are_mended()
    {
        var source = Ring.Source("shop");
        var text = "short";
        var reader = new ScriptedReader(_ => [new SecretVersion(text)]);
        using var ring = new Ring(reader, source);
        for (var i = 0; i < 100; i++)
            await Assert.ThrowsAsync<SecretsUnavailableException>(async () => await ring.Keys.GetAsync(source, default));
        Assert.Equal(2, reader.Reads);

        text = "key-number-one";
        ring.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
    }

    [Fact]
    public async Task A_client_key_stands_beside_the_keys_and_is_not_counted_among_them()
    {
        var source = new Source { Name = "bank", Scheme = new PlainScheme(), SecretNames = ["key"], ClientKeyName = "client" };
        var keys = Enumerable.Range(1, 8).Select(i => new SecretVersion($"key-number-{i}")).ToList();
        using var ring = new Ring(new ScriptedReader(name => name == "key" ? keys : [new SecretVersion("id")]), source);

        var set = await ring.Keys.GetAsync(source, default);

        Assert.Equal(9, set.Keys.Length);
        Assert.True(Assert.IsType<ClientKey>(set.Keys[8]).Value.SequenceEqual("id"u8));
    }

    [Fact]
    public async Task Without_its_client_key_a_source_is_unavailable()
    {
        var source = new Source { Name = "bank", Scheme = new PlainScheme(), SecretNames = ["key"], ClientKeyName = "client" };
        using var ring = new Ring(new ScriptedReader(name => name == "key" ? [new SecretVersion("key-number-one")] : []), source);

        var exception = await Assert.ThrowsAsync<SecretsUnavailableException>(async () => await ring.Keys.GetAsync(source, default));

        Assert.Contains("Secret 'client' has no value in force.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_is_refused_from_its_expiry_on_without_a_read()
    {
        var source = Ring.Source("shop");
        var clock = new FakeTimeProvider(Day);
        var reader = new ScriptedReader(_ => [new SecretVersion("key-number-two"), new SecretVersion("key-number-one") { ExpiresOn = Day.AddSeconds(30) }]);
        using var ring = new Ring(reader, clock, source);
        Assert.Equal(["key-number-two", "key-number-one"], await ring.TextsAsync(source));

        clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Assert.Equal(["key-number-two", "key-number-one"], await ring.TextsAsync(source));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["key-number-two"], await ring.TextsAsync(source));
        Assert.Equal(1, reader.Reads);
    }

    [Fact]
    public async Task While_nothing_changes_a_refresh_leaves_the_set_as_it_is()
    {
        var source = Ring.Source("shop");
        var reader = new ScriptedReader(_ => [new SecretVersion("key-number-one")]);
        using var ring = new Ring(reader, source);
        var set = await ring.Keys.GetAsync(source, default);

        ring.Clock.Advance(TimeSpan.FromMinutes(20));

        Assert.Same(set, await ring.Keys.GetAsync(source, default));
        Assert.True(reader.Reads > 1);
    }

    [Fact]
    public async Task After_a_failed_verification_a_set_that_has_changed_since_is_there_at_once()
    {
        var source = Ring.Source("shop");
        var text = "key-number-one";
        var reader = new ScriptedReader(_ => [new SecretVersion(text)]);
        using var ring = new Ring(reader, source);
        var seen = await ring.Keys.GetAsync(source, default);
        text = "key-number-two";
        ring.Clock.Advance(TimeSpan.FromMinutes(5));

        var reads = reader.Reads;
        var newer = await ring.Keys.GetNewerAsync(source, seen, default);

        Assert.Equal(["key-number-two"], PlainScheme.TextsOf(newer!));
        Assert.Equal(reads, reader.Reads);
    }

    [Fact]
    public async Task After_failed_verifications_secrets_are_read_at_most_once_a_minute()
    {
        var source = Ring.Source("shop", "spare");
        var reader = new ScriptedReader(_ => [new SecretVersion("key-number-one")]);
        using var ring = new Ring(reader, source);
        var seen = await ring.Keys.GetAsync(source, default);
        Assert.Equal(2, reader.Reads);

        for (var i = 0; i < 1000; i++)
            Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
        Assert.Equal(4, reader.Reads);

        ring.Clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 1000; i++)
            Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
        Assert.Equal(6, reader.Reads);
    }

    [Fact]
    public async Task After_a_failed_verification_a_running_read_is_joined_for_two_seconds()
    {
        var source = Ring.Source("shop");
        var answer = Task.FromResult<IReadOnlyList<SecretVersion>>([new SecretVersion("key-number-one")]);
        var reader = new ScriptedReader((_, _) => answer);
        using var ring = new Ring(reader, source);
        var seen = await ring.Keys.GetAsync(source, default);

        var slow = new TaskCompletionSource<IReadOnlyList<SecretVersion>>();
        answer = slow.Task;
        var impatient = ring.Keys.GetNewerAsync(source, seen, default).AsTask();
        ring.Clock.Advance(KeyRing.LongestWait - TimeSpan.FromMilliseconds(1));
        var patient = ring.Keys.GetNewerAsync(source, seen, default).AsTask();
        Assert.False(impatient.IsCompleted);
        ring.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await impatient);

        Assert.False(patient.IsCompleted);
        slow.SetResult([new SecretVersion("key-number-two")]);
        Assert.Equal(["key-number-two"], PlainScheme.TextsOf((await patient)!));
        Assert.Equal(2, reader.Reads);
    }

    [Fact]
    public async Task After_joining_a_read_that_began_too_early_the_early_refresh_is_still_there()
    {
        var source = Ring.Source("shop");
        Task<IReadOnlyList<SecretVersion>> one = Task.FromResult<IReadOnlyList<SecretVersion>>([new SecretVersion("key-number-one")]);
        var answer = one;
        var reader = new ScriptedReader((_, _) => answer);
        using var ring = new Ring(reader, source);
        var seen = await ring.Keys.GetAsync(source, default);

        var slow = new TaskCompletionSource<IReadOnlyList<SecretVersion>>();
        answer = slow.Task;
        ring.Clock.Advance(TimeSpan.FromMinutes(5));
        var asking = ring.Keys.GetNewerAsync(source, seen, default).AsTask();
        Assert.Equal(2, reader.Reads);

        answer = Task.FromResult<IReadOnlyList<SecretVersion>>([new SecretVersion("key-number-two")]);
        slow.SetResult(await one);

        Assert.Equal(["key-number-two"], PlainScheme.TextsOf((await asking)!));
        Assert.Equal(3, reader.Reads);
    }

    [Fact]
    public async Task A_read_that_does_not_end_is_given_up()
    {
        var source = Ring.Source("shop");
        var reader = new ScriptedReader(async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return [];
        });
        using var ring = new Ring(reader, source);

        var asking = ring.TextsAsync(source);
        ring.Clock.Advance(KeyRing.LongestWait);
        await Assert.ThrowsAsync<SecretsUnavailableException>(() => asking);

        ring.Clock.Advance(CachedSecret.ReadTimeout - KeyRing.LongestWait);
        await Eventually(() => ring.Logged.Count == 1);
        Assert.StartsWith("Warning: Secret 'shop' could not be read yet", ring.Logged[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_one_of_its_secrets_is_unknown_a_source_accepts_and_refuses_with_the_others()
    {
        var source = Ring.Source("known", "unknown");
        var refuses = true;
        var reader = new ScriptedReader(name => name == "known" ? [new SecretVersion("key-number-one")]
            : refuses ? throw new InvalidOperationException("Not now.")
            : [new SecretVersion("key-number-two")]);
        using var ring = new Ring(reader, source);

        var seen = await ring.Keys.GetAsync(source, default);
        Assert.Equal(["key-number-one"], PlainScheme.TextsOf(seen));
        Assert.Null(await ring.Keys.GetNewerAsync(source, seen, default));
        Assert.True(await ring.Keys.IsReadyAsync(default));

        refuses = false;
        ring.Clock.Advance(TimeSpan.FromSeconds(1));
        var newer = await ring.Keys.GetNewerAsync(source, seen, default);
        Assert.Equal(["key-number-one", "key-number-two"], PlainScheme.TextsOf(newer!));
    }

    [Fact]
    public async Task The_last_good_keys_serve_for_as_long_as_configured_and_no_longer()
    {
        var source = Ring.Source("shop");
        var refuses = false;
        var reader = new ScriptedReader(_ => refuses ? throw new InvalidOperationException("Not now.") : [new SecretVersion("key-number-one")]);
        using var ring = new Ring(reader, source);
        await ring.Keys.GetAsync(source, default);

        refuses = true;
        ring.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
        Assert.True(await ring.Keys.IsReadyAsync(default));

        ring.Clock.Advance(TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<SecretsUnavailableException>(() => ring.TextsAsync(source));
        Assert.False(await ring.Keys.IsReadyAsync(default));

        refuses = false;
        ring.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));
    }

    [Fact]
    public void A_thousand_instances_that_start_together_read_at_different_times_ahead_of_the_interval()
    {
        var source = Ring.Source("shop");
        var clock = new FakeTimeProvider(Day);
        var reader = new ScriptedReader(_ => [new SecretVersion("key-number-one")]);
        var rings = Enumerable.Range(0, 1000).Select(_ => new Ring(reader, clock, source)).ToList();
        foreach (var ring in rings)
            _ = ring.Keys.StartAsync(default);
        Assert.Equal(1000, reader.Reads);

        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1000, reader.Reads);

        var most = 0;
        for (var second = 0; second < 60; second++)
        {
            var before = reader.Reads;
            clock.Advance(TimeSpan.FromSeconds(1));
            most = Math.Max(most, reader.Reads - before);
        }

        // A second's share is 17; that one gets three times as many has a probability of about 1e-10.
        Assert.Equal(2000, reader.Reads);
        Assert.InRange(most, 17, 51);
        rings.ForEach(ring => ring.Dispose());
    }

    [Fact]
    public async Task A_secret_of_the_configuration_follows_the_configuration()
    {
        var source = Ring.Source("shop");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:shop", "key-number-one")]).Build();
        using var ring = new Ring(new ConfigurationSecretReader(configuration), source);
        Assert.Equal(["key-number-one"], await ring.TextsAsync(source));

        configuration["Secrets:shop"] = null;
        configuration["Secrets:shop:0"] = "key-number-two\r\n";
        configuration["Secrets:shop:1"] = "key-number-one";
        ring.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(["key-number-two", "key-number-one"], await ring.TextsAsync(source));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; !condition() && i < 1000; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        Assert.True(condition());
    }
}
