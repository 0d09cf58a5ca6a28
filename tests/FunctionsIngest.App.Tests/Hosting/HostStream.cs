using System.Collections.Concurrent;
using System.Threading.Channels;
using FunctionsIngest.App.Tests.Protocol;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>The host's side of the stream to one worker: what it asks, what it is told, and the log.</summary>
internal sealed class HostStream
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(1);

    private readonly Channel<StreamingMessage> _toWorker = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _questions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<LogLine> _log = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasEnded;

    /// <summary>Completes when the worker has opened the stream.</summary>
    public Task Started => _started.Task;

    /// <summary>
    /// What the worker has logged so far. The lines of an invocation are there before its result is: the worker sends
    /// both in this order.
    /// </summary>
    public IReadOnlyCollection<LogLine> Log => _log;

    /// <summary>Sends a message to which there is no answer.</summary>
    public void Send(StreamingMessage message) => _toWorker.Writer.TryWrite(message);

    /// <summary>Sends a message and waits for the answer, a minute at most.</summary>
    /// <exception cref="InvalidOperationException">The worker has ended the stream.</exception>
    public async Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        question.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions[question.RequestId] = answer;
        Send(question);
        if (_hasEnded)
            Abandon(answer);
        return await answer.Task.WaitAsync(LongestAnswer, TimeProvider.System);
    }

    /// <summary>Carries messages both ways until one side ends it.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> fromWorker, IServerStreamWriter<StreamingMessage> toWorker, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAllAsync(toWorker, ended.Token);
        try
        {
            await foreach (var message in fromWorker.ReadAllAsync(cancellationToken))
                Take(message);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The worker's process has ended, and its connection with it.
        }

        _hasEnded = true;
        foreach (var answer in _questions.Values)
            Abandon(answer);
        await ended.CancelAsync();
        await sending;
    }

    private async Task SendAllAsync(IServerStreamWriter<StreamingMessage> toWorker, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _toWorker.Reader.ReadAllAsync(cancellationToken))
                await toWorker.WriteAsync(message, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException or Grpc.Core.RpcException)
        {
            // The stream has ended.
        }
    }

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                _started.TrySetResult();
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                var line = message.RpcLog;
                _log.Enqueue(new LogLine(line.InvocationId, line.Category, (LogLevel)line.Level, line.Message));
                break;
            default:
                if (_questions.TryRemove(message.RequestId, out var answer))
                    answer.TrySetResult(message);
                break;
        }
    }

    private static void Abandon(TaskCompletionSource<StreamingMessage> answer)
        => answer.TrySetException(new InvalidOperationException("The worker has ended the stream."));
}
