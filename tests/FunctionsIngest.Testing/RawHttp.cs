using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FunctionsIngest.Testing;

/// <summary>Requests byte by byte, such as no client would send them.</summary>
internal static class RawHttp
{
    /// <summary>
    /// Sends bytes on a connection of their own and reads until the server closes it, or the head of its answer is
    /// there.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="request">The bytes.</param>
    /// <param name="isWhole">
    /// Whether the server can tell where the request ends. If not, the client hangs up after the last byte.
    /// </param>
    /// <returns>The status; null if the server closed the connection without an answer.</returns>
    public static async Task<int?> SendAsync(Uri server, ReadOnlyMemory<byte> request, bool isWhole)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        var cancellationToken = patience.Token;
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port, cancellationToken);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, cancellationToken);
            if (!isWhole)
                client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // Refused before its end: the answer is there all the same, if there is one.
        }

        var head = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (!head.ToString().Contains("\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                head.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Reset: there is no more to read.
        }

        return head.ToString().Split(' ') is ["HTTP/1.1", { Length: >= 3 } status, ..] && int.TryParse(status.AsSpan(0, 3), CultureInfo.InvariantCulture, out var code) ? code : null;
    }
}
