using System.Net.Sockets;
using System.Text;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>
/// A caller who begins a body, goes on with a few bytes a second, and never ends it. Told to go, it comes back.
/// </summary>
/// <param name="server">Where it connects to.</param>
/// <param name="headers">Makes the headers of each request, with line breaks.</param>
/// <param name="atOnce">How many bytes of the body it sends at once.</param>
internal sealed class SlowConnection(Uri server, Func<string> headers, int atOnce)
{
    /// <summary>
    /// How many bytes it sends each second. 204 such connections send 77 kB/s, and the server's own limit is 240 B/s.
    /// </summary>
    public const int BytesPerSecond = 377;

    private const int Announced = 1024 * 1024;

    private static readonly byte[] Bytes = new byte[Announced];
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <summary>How many requests it has begun.</summary>
    public int Begun { get; private set; }

    /// <summary>The statuses of the answers that it got.</summary>
    public List<string> Answers { get; } = [];

    /// <summary>Goes on until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await BeginAsync(stop);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // Stopped, answered, or closed by the server.
            }

            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, stop);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /webhooks/standard HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Announced}\r\n{headers()}\r\n"), stop);
        Begun++;
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var answering = ReadAnswerAsync(stream, answered);
        try
        {
            await stream.WriteAsync(Bytes.AsMemory(0, atOnce), answered.Token);
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, answered.Token);
                await stream.WriteAsync(Bytes.AsMemory(0, BytesPerSecond), answered.Token);
            }
        }
        finally
        {
            await answered.CancelAsync();
            await answering;
        }
    }

    private async Task ReadAnswerAsync(NetworkStream stream, CancellationTokenSource answered)
    {
        var buffer = new byte[1024];
        try
        {
            var read = await stream.ReadAsync(buffer, answered.Token);
            if (read >= "HTTP/1.1 200".Length)
                Answers.Add(Encoding.ASCII.GetString(buffer, "HTTP/1.1 ".Length, 3));
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Stopped, or closed without an answer.
        }

        await answered.CancelAsync();
    }
}
