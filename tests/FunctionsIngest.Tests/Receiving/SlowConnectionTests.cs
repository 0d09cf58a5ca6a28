using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using FunctionsIngest.Bodies;
using FunctionsIngest.Tests.Infrastructure;
using Xunit.Abstractions;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>
/// 204 slow connections for one source, while genuine webhooks of that source and of another one arrive.
/// </summary>
public sealed class SlowConnectionTests(AzuriteFixture azurite, ITestOutputHelper output) : IClassFixture<AzuriteFixture>
{
    private const int Large = 512 * 1024;
    private const int Budget = 64 * 1024 * 1024;

    private static readonly TimeSpan BetweenWebhooks = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Slow_connections_without_a_signature_do_not_keep_out_genuine_webhooks()
        => await AttackAsync(static () => "", large: 64, small: 140, TimeSpan.FromSeconds(10));

    [Fact]
    public async Task Slow_connections_with_well_formed_wrong_signatures_do_not_keep_out_genuine_webhooks()
    {
        // Long enough for the deadline of a body.
        var answers = await AttackAsync(WrongSignature, large: 64, small: 140, TimeSpan.FromSeconds(18));

        Assert.Contains("408", answers);
    }

    [Fact]
    public async Task Slow_connections_that_together_send_more_than_the_budget_do_not_keep_out_genuine_webhooks()
    {
        var answers = await AttackAsync(WrongSignature, large: 204, small: 0, TimeSpan.FromSeconds(8));

        Assert.Contains("503", answers);
    }

    private static string WrongSignature()
        => string.Create(
            CultureInfo.InvariantCulture,
            $"webhook-id: msg_{Guid.NewGuid():N}\r\nwebhook-timestamp: {Genuine.Now.ToUnixTimeSeconds()}\r\nwebhook-signature: v1,{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\r\n");

    private async Task<IReadOnlyCollection<string>> AttackAsync(Func<string> headers, int large, int small, TimeSpan duration)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), [new("Webhooks:MaxBytesInMemory", $"{Budget}")]);
        var budget = host.Get<BodyBudget>();
        // Both sources are known to send.
        var latencies = new List<TimeSpan>();
        Assert.Equal((2, 2), Sum(await SendAsync(host, "begini", latencies), await SendAsync(host, "standard", latencies)));
        latencies.Clear();

        using var stop = new CancellationTokenSource();
        List<SlowConnection> attackers =
        [
            .. Enumerable.Range(0, large).Select(_ => new SlowConnection(host.Http.BaseAddress!, headers, Large)),
            .. Enumerable.Range(0, small).Select(_ => new SlowConnection(host.Http.BaseAddress!, headers, 1)),
        ];
        var attacks = attackers.Select(attacker => Task.Run(() => attacker.RunAsync(stop.Token))).ToList();
        await ObservedHost.UntilAsync(() => Task.FromResult(attackers.TrueForAll(attacker => attacker.Begun > 0)));

        var (most, accepted, sent) = (0L, 0, 0);
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < duration)
        {
            foreach (var source in (string[])["begini", "standard"])
            {
                (accepted, sent) = Sum((accepted, sent), await SendAsync(host, source, latencies));
                most = Math.Max(most, budget.Held);
            }

            await Task.Delay(BetweenWebhooks, TimeProvider.System);
        }

        await stop.CancelAsync();
        await Task.WhenAll(attacks);
        latencies.Sort();
        var answers = attackers.SelectMany(attacker => attacker.Answers.ToArray()).ToList();
        output.WriteLine(
            $"{accepted} of {sent} genuine webhooks accepted, p50 {latencies[latencies.Count / 2].TotalMilliseconds:0} ms, p99 {latencies[latencies.Count * 99 / 100].TotalMilliseconds:0} ms; at most {most} bytes held; "
            + $"{attackers.Sum(attacker => attacker.Begun)} slow requests, answers {string.Join(", ", answers.CountBy(answer => answer).Select(answer => $"{answer.Value} x {answer.Key}"))}; working set {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB");

        Assert.InRange(sent, 20, int.MaxValue);
        Assert.True(accepted * 100 >= sent * 99, $"Only {accepted} of {sent} genuine webhooks were accepted.");
        // The attacked source has half of the budget, as the other one asks all the time.
        Assert.InRange(most, 0, Budget / 2);
        await ObservedHost.UntilAsync(() => Task.FromResult(budget.Held == 0));
        return answers;
    }

    private static (int Accepted, int Sent) Sum((int Accepted, int Sent) one, (int Accepted, int Sent) other)
        => (one.Accepted + other.Accepted, one.Sent + other.Sent);

    private static async Task<(int Accepted, int Sent)> SendAsync(IngestHost host, string source, List<TimeSpan> latencies)
    {
        var body = RandomNumberGenerator.GetBytes(1000);
        using var request = source == "begini" ? Genuine.Begini(body) : Genuine.Standard($"msg_{Guid.NewGuid():N}", body);
        var started = TimeProvider.System.GetTimestamp();
        using var response = await host.Http.SendAsync(request);
        latencies.Add(TimeProvider.System.GetElapsedTime(started));
        return (response.StatusCode == HttpStatusCode.OK ? 1 : 0, 1);
    }
}
