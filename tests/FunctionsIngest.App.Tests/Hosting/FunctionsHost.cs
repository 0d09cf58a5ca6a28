using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Queues.Models;
using FunctionsIngest.App.Tests.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Routing;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>
/// A Functions host with one worker. It starts the built app, speaks the host's protocol to it, and forwards requests
/// as the host does. Timers and queues invoke when the test says so.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    /// <summary>How long a worker may take from its start until all functions are loaded.</summary>
    public static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    // As in the real host: the worker may open its port after it has answered that it is ready.
    private const int ForwardTries = 10;
    private static readonly TimeSpan FirstForwardDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestForwardDelay = TimeSpan.FromMilliseconds(250);

    private static readonly JsonSerializerOptions MessageFormat = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly RpcServer _server;
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // So that a test can put any byte into a header: a character is one byte.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    });
    private Uri? _worker;

    private FunctionsHost(RpcServer server, WorkerProcess process)
    {
        _server = server;
        Process = process;
    }

    /// <summary>The worker's process.</summary>
    public WorkerProcess Process { get; }

    /// <summary>What the worker has announced, by name.</summary>
    public IReadOnlyDictionary<string, Function> Functions { get; private set; } = new Dictionary<string, Function>();

    /// <summary>What the worker has logged so far.</summary>
    public IReadOnlyCollection<LogLine> Log => _server.Stream.Log;

    /// <summary>Starts the app and loads all its functions.</summary>
    /// <param name="settings">The app settings, with the names of environment variables.</param>
    /// <exception cref="InvalidOperationException">The worker ended, or could not load a function.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="LongestStart"/>.</exception>
    public static async Task<FunctionsHost> StartAsync(IReadOnlyDictionary<string, string> settings)
    {
        var server = await RpcServer.StartAsync();
        var host = new FunctionsHost(server, WorkerProcess.Start(server.Address, settings));
        try
        {
            await host.LoadAsync().WaitAsync(LongestStart, TimeProvider.System);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forwards a request to the function that its route names.</summary>
    /// <param name="request">The request, as its sender sends it.</param>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var path = request.RequestUri!.OriginalString.Split('?')[0];
        var (function, route) = Route(request.Method, path);
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync();
        var invocation = InvocationOf(function, new TypedData { Http = new RpcHttp() });
        foreach (var (name, value) in route)
            invocation.TriggerMetadata.Add(name, new TypedData { String = Convert.ToString(value, CultureInfo.InvariantCulture) });

        var invoking = InvokeAsync(invocation);
        var forwarding = ForwardAsync(request, body, invocation.InvocationId);
        // Whichever fails first says why: the other then waits in vain.
        await await Task.WhenAny(invoking, forwarding);
        await invoking;
        using var response = await forwarding;
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, response.Headers, response.Content.Headers, text, invocation.InvocationId);
    }

    /// <summary>Invokes a function with a message of its queue.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="message">The message.</param>
    /// <returns>The invocation's id.</returns>
    public Task<string> InvokeQueueAsync(string function, QueueMessage message)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                message.MessageId,
                message.PopReceipt,
                MessageText = message.Body.ToString(),
                message.DequeueCount,
                message.NextVisibleOn,
                message.InsertedOn,
                message.ExpiresOn,
            },
            MessageFormat);
        return InvokeAsync(function, new TypedData
        {
            ModelBindingData = new ModelBindingData
            {
                Version = "1.0",
                Source = "AzureStorageQueues",
                ContentType = "application/json",
                Content = ByteString.CopyFrom(content),
            },
        });
    }

    /// <summary>Invokes a function as its timer does.</summary>
    /// <param name="function">The function's name.</param>
    /// <returns>The invocation's id.</returns>
    public Task<string> InvokeTimerAsync(string function)
        => InvokeAsync(function, new TypedData { Json = """{"ScheduleStatus":null,"IsPastDue":false}""" });

    /// <summary>Tells the worker to end.</summary>
    public void Terminate() => _server.Stream.Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends the worker, if it still runs, and the host.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task LoadAsync()
    {
        if (await Task.WhenAny(_server.Stream.Started, Process.Ended) == Process.Ended)
            throw new InvalidOperationException($"The worker ended instead of starting: {Process.Errors}{Process.Output}");

        var ready = (await _server.Stream.AskAsync(new StreamingMessage
        {
            WorkerInitRequest = new WorkerInitRequest
            {
                HostVersion = "4.0.0",
                WorkerDirectory = WorkerAssembly.Folder,
                FunctionAppDirectory = WorkerAssembly.Folder,
            },
        })).WorkerInitResponse;
        Require(ready.Result, "start");
        _worker = new Uri(ready.Capabilities["HttpUri"]);

        var announced = (await _server.Stream.AskAsync(new StreamingMessage
        {
            FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = WorkerAssembly.Folder },
        })).FunctionMetadataResponse;
        Require(announced.Result, "announce its functions");
        Functions = announced.FunctionMetadataResults.Select(metadata => new Function(metadata)).ToDictionary(function => function.Name);
        foreach (var function in Functions.Values)
        {
            var loaded = await _server.Stream.AskAsync(new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Id, Metadata = function.Metadata },
            });
            Require(loaded.FunctionLoadResponse.Result, $"load {function.Name}");
        }
    }

    private (Function Function, RouteValueDictionary Values) Route(HttpMethod method, string path)
    {
        foreach (var function in Functions.Values)
        {
            if (function.Matches(method, path, out var values))
                return (function, values);
        }

        throw new InvalidOperationException($"No function is for {method} {path}: the host would answer 404 by itself.");
    }

    private async Task<string> InvokeAsync(string name, TypedData data)
    {
        var invocation = InvocationOf(Functions[name], data);
        await InvokeAsync(invocation);
        return invocation.InvocationId;
    }

    // Every invocation has a trace: the host always starts one.
    private static InvocationRequest InvocationOf(Function function, TypedData data) => new()
    {
        InvocationId = Guid.NewGuid().ToString(),
        FunctionId = function.Id,
        InputData = { new ParameterBinding { Name = function.TriggerName, Data = data } },
        TraceContext = new RpcTraceContext { TraceParent = $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01" },
    };

    // Asked for every invocation: a function that could not be invoked answers HTTP with 200 and an empty body.
    private async Task InvokeAsync(InvocationRequest invocation)
    {
        var answer = await _server.Stream.AskAsync(new StreamingMessage { InvocationRequest = invocation });
        Require(answer.InvocationResponse.Result, "invoke a function");
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, byte[]? body, string invocationId)
    {
        var delay = FirstForwardDelay;
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var forwarded = ForwardedRequest.Create(request, body, _worker!, invocationId);
                return await _http.SendAsync(forwarded);
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError && tries < ForwardTries)
            {
                await Task.Delay(delay, TimeProvider.System);
                delay = delay * 2 < LongestForwardDelay ? delay * 2 : LongestForwardDelay;
            }
        }
    }

    private void Require(StatusResult result, string what)
    {
        if (result.Status != StatusResult.Types.Status.Success)
        {
            throw new InvalidOperationException(
                $"The worker could not {what}: {result.Result} {result.Exception?.Message} {result.Exception?.StackTrace} {Process.Errors}");
        }
    }
}
