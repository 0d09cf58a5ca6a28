using System.Net.Sockets;
using System.Text;
using FunctionsIngest.Bodies;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Receiving;

public sealed class SlowBodyTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task A_body_that_is_not_whole_in_time_gets_408_and_the_connection_is_closed()
    {
        var time = new FakeTimeProvider(Genuine.Now);
        await using var host = await IngestHost.StartAsync(
            azurite.NewStorage(), [new("Webhooks:BodyWithin", "00:00:20")], services => services.AddSingleton<TimeProvider>(time));
        using var client = new TcpClient();
        await client.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        var stream = client.GetStream();
        var signature = new string('0', 128);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /webhooks/begini HTTP/1.1\r\nHost: localhost\r\nX-Signature: {signature}\r\nContent-Length: 100\r\n\r\nshort"));
        await ObservedHost.UntilAsync(() => Task.FromResult(host.Get<BodyBudget>().Held == 5));

        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal(5, host.Get<BodyBudget>().Held);
        time.Advance(TimeSpan.FromSeconds(1));

        // Read to the end: the server closes the connection by itself.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(patience.Token);
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains("The body did not arrive in time.", answer, StringComparison.Ordinal);
        Assert.Equal(0, host.Get<BodyBudget>().Held);
    }
}
