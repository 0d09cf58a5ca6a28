using System.Collections.Concurrent;

namespace FunctionsIngest.Cli.Sending;

/// <summary>Sends many webhooks, several at a time, no faster than asked for.</summary>
/// <param name="factory">Makes them.</param>
/// <param name="client">Sends them.</param>
/// <param name="time">The clock.</param>
internal sealed class Load(WebhookFactory factory, WebhookClient client, TimeProvider time)
{
    /// <summary>Sends.</summary>
    /// <param name="count">How many.</param>
    /// <param name="rate">The most a second; null: as fast as the answers come.</param>
    /// <param name="concurrency">How many at a time.</param>
    /// <param name="sent">Called after each one, from several threads.</param>
    /// <param name="cancellationToken">Ends the load early; what was sent by then counts.</param>
    public async Task<LoadSummary> RunAsync(int count, double? rate, int concurrency, Action sent, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentBag<WebhookAnswer>();
        var next = -1;
        var started = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
        return new LoadSummary([.. answers], time.GetElapsedTime(started), concurrency);

        async Task WorkAsync()
        {
            try
            {
                while (Interlocked.Increment(ref next) is var number && number < count)
                {
                    if (rate is { } perSecond && TimeSpan.FromSeconds(number / perSecond) - time.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
                        await Task.Delay(wait, time, cancellationToken);
                    answers.Add(await client.SendAsync(factory.Create(), cancellationToken));
                    sent();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Stopped: the summary tells how far it came.
            }
        }
    }
}
