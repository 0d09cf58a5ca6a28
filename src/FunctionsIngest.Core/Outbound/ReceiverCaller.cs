using System.Net;
using System.Net.Sockets;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Outbound;

/// <summary>
/// Sends one request to a client's receiver, at the address that the configured name has now. It does not send to an
/// address inside this app's own network, use a proxy, or follow a redirect. It takes at most
/// <see cref="Patience"/>.
/// </summary>
internal sealed class ReceiverCaller(TimeProvider time) : IDisposable
{
    /// <summary>How long connecting, sending and reading the answer may take together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MaxHeaderKilobytes = 16;

    // Two, so that no connection that one client was allowed to open serves another.
    private readonly HttpMessageInvoker _public = new(CreateHandler(PublicAddress.IsPublic));
    private readonly HttpMessageInvoker _any = new(CreateHandler(static _ => true));

    /// <summary>Posts.</summary>
    /// <param name="webhook">The webhook, with its receiver's address.</param>
    /// <param name="allowPrivateAddresses">Whether the receiver's address may be one that is not public.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="HttpRequestException">
    /// No connection could be made, or it broke before there was an answer.
    /// </exception>
    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    public async Task<ReceiverAnswer> PostAsync(SignedWebhook webhook, bool allowPrivateAddresses, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = webhook.ToRequest();
        try
        {
            using var response = await (allowPrivateAddresses ? _any : _public).SendAsync(request, either.Token);
            return new ReceiverAnswer((int)response.StatusCode, await ReadBeginningAsync(response.Content, either.Token));
        }
        catch (OperationCanceledException exception) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The receiver did not answer within {Patience.TotalSeconds:0} s.", exception);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _public.Dispose();
        _any.Dispose();
    }

    private static SocketsHttpHandler CreateHandler(Func<IPAddress, bool> isAllowed) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        MaxResponseDrainSize = 0,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, isAllowed, cancellationToken),
    };

    // The addresses that were looked at are the ones that are connected to: a name that resolves to others a moment
    // later changes nothing.
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, Func<IPAddress, bool> isAllowed, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
        if (Array.Find(addresses, address => !isAllowed(address)) is { } refused)
            throw new HttpRequestException($"The name resolves to {refused}, which is not a public address.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // What was read by the time the answer stops or breaks is kept: its status is what counts.
    private static async Task<string> ReadBeginningAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var beginning = new AnswerBeginning();
        try
        {
            await beginning.ReadAsync(content, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
        }

        return beginning.Text;
    }
}
