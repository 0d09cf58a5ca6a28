using System.Net;
using FunctionsIngest.Queueing;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Queueing;

public sealed class EventQueueTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task No_message_ever_expires()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (_, message) = await app.AcceptAsync();
        var envelope = ObservedHost.Read(message);
        var queue = app.Host.Get<EventQueue>();

        await app.Host.SendBeginiAsync("{\"n\":1}");
        await app.Host.SendBeginiAsync(ObservedHost.LargeBody());
        await queue.SendAsync(envelope, TimeSpan.FromHours(10), CancellationToken.None);
        await queue.SendAsync(message, CancellationToken.None);
        await queue.SendToPoisonQueueAsync(message, TimeSpan.FromMinutes(5), CancellationToken.None);

        Assert.Equal(5, app.Proxy.Sent.Count);
        Assert.All(app.Proxy.Sent, sent => Assert.Equal("-1", sent.TimeToLive));
        Assert.Equal([0, 0, 36_000, 0, 300], app.Proxy.Sent.Select(sent => sent.Delay));
        Assert.All((await app.Host.Clients.Events.PeekMessagesAsync(32)).Value, sent => Assert.True(sent.ExpiresOn > Genuine.Now.AddYears(100)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.001, 1)]
    [InlineData(0.999, 1)]
    [InlineData(1, 1)]
    [InlineData(41.2, 42)]
    [InlineData(10_000_000, 604_740)]
    public async Task A_delay_is_never_shorter_than_asked_and_never_longer_than_the_service_allows(double seconds, int delay)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (_, message) = await app.AcceptAsync();

        await app.Host.Get<EventQueue>().SendAsync(ObservedHost.Read(message), TimeSpan.FromSeconds(seconds), CancellationToken.None);

        Assert.Equal(delay, Assert.Single(app.Proxy.Sent).Delay);
    }

    [Fact]
    public async Task What_is_missing_is_created_when_it_is_first_needed()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.Rows.DeleteAsync();
        await app.Host.Clients.Events.DeleteAsync();
        await app.Host.Clients.Payloads.DeleteAsync();
        await app.Host.Clients.Archive.DeleteAsync();

        Assert.Equal((HttpStatusCode.OK, "accepted"), await OutcomeAsync(ObservedHost.LargeBody()));
        Assert.Equal((HttpStatusCode.OK, "accepted"), await OutcomeAsync("{}"));
        Assert.Equal(2, await app.Host.ProcessVisibleAsync());

        Assert.Equal(3, (await app.Host.ListArchiveAsync()).Count);
        await app.Host.Clients.PoisonQueue.DeleteAsync();
        await app.Host.Get<EventQueue>().SendToPoisonQueueAsync(BinaryData.FromString("x"), TimeSpan.Zero, CancellationToken.None);
        Assert.True((await app.Host.Clients.PoisonQueue.ExistsAsync()).Value);

        async Task<(HttpStatusCode, string?)> OutcomeAsync(string body)
        {
            var (status, outcome, _) = await app.Host.SendBeginiAsync(body);
            return (status, outcome);
        }
    }

    [Fact]
    public async Task A_payload_is_named_by_its_row_and_its_delivery()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, _) = await app.AcceptAsync(ObservedHost.LargeBody());
        await app.Host.SendBeginiAsync(ObservedHost.LargeBody());

        var names = await app.Host.ListPayloadsAsync();

        // One for each delivery: none of them is removed while another one's message needs it.
        Assert.Equal(2, names.Count);
        Assert.All(names, name => Assert.StartsWith($"begini-{id[..2]}/{id[2..]}/", name));
        await app.Host.ProcessVisibleAsync();
        Assert.Single(await app.Host.ListPayloadsAsync());
    }
}
