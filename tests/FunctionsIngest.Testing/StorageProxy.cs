using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Testing;

/// <summary>
/// Sits between storage clients and Azurite, with one listener for each service. Notes every call, and makes calls fail
/// as a test wants it.
/// </summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private readonly HttpMessageInvoker _storage = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    private readonly ConcurrentQueue<StorageCall> _calls = new();
    private readonly WebApplication _app;
    private ImmutableArray<Rule> _rules = [];

    private StorageProxy(WebApplication app) => _app = app;

    /// <summary>The connection string that leads through this proxy, to the same account.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Every call so far, in the order in which they came; none if calls are observed one by one.</summary>
    public IReadOnlyList<StorageCall> Calls => [.. _calls];

    /// <summary>Chooses what goes wrong with a call that no rule takes; null: nothing.</summary>
    public Func<StorageCall, StorageFault?>? Choose { get; set; }

    /// <summary>Is given every call when it has ended, whichever way; calls are then not kept.</summary>
    public Action<StorageCall>? Observe { get; set; }

    /// <summary>The clock of the account, as the clients of this proxy see it.</summary>
    public StorageClock Clock { get; set; } = new();

    /// <summary>Every message that was sent so far, in order, answered or not.</summary>
    public IReadOnlyList<SentMessage> Sent => [.. _calls.Select(SentMessage.From).OfType<SentMessage>()];

    /// <summary>Starts a proxy on free ports in front of an account.</summary>
    public static async Task<StorageProxy> StartAsync(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls(Enum.GetValues<StorageService>().Select(_ => "http://127.0.0.1:0").ToArray());
        var app = builder.Build();

        var proxy = new StorageProxy(app);
        var targets = new Dictionary<int, (StorageService Service, Uri Target)>();
        app.Run(context =>
        {
            var (service, target) = targets[context.Connection.LocalPort];
            return proxy.HandleAsync(context, service, target);
        });
        await app.StartAsync();

        var addresses = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        var parts = connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var (service, address) in Enum.GetValues<StorageService>().Zip(addresses))
        {
            var index = Array.FindIndex(parts, part => part.StartsWith($"{service}Endpoint=", StringComparison.Ordinal));
            var target = new Uri(parts[index][(parts[index].IndexOf('=', StringComparison.Ordinal) + 1)..]);
            targets[new Uri(address).Port] = (service, target);
            parts[index] = $"{service}Endpoint={address}{target.AbsolutePath}";
        }

        proxy.ConnectionString = string.Join(';', parts);
        return proxy;
    }

    /// <summary>Forgets the calls so far.</summary>
    public void ForgetCalls() => _calls.Clear();

    /// <summary>Makes calls fail. The oldest rule that matches a call and is not used up decides.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="matches">Which calls.</param>
    /// <param name="times">How often, at most.</param>
    /// <returns>Ends the rule when disposed.</returns>
    public IDisposable Inject(StorageFault fault, Func<StorageCall, bool> matches, int times = int.MaxValue)
    {
        var rule = new Rule(fault, matches, times, ended => ImmutableInterlocked.Update(ref _rules, rules => rules.Remove(ended)));
        ImmutableInterlocked.Update(ref _rules, rules => rules.Add(rule));
        return rule;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _storage.Dispose();
    }

    private async Task HandleAsync(HttpContext context, StorageService service, Uri target)
    {
        var rawTarget = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = rawTarget.Split('?')[0];
        var body = await BinaryData.FromStreamAsync(context.Request.Body, context.RequestAborted);
        var call = new StorageCall(service, context.Request.Method, path[target.AbsolutePath.Length..], rawTarget[path.Length..], body);
        if (Observe is null)
            _calls.Enqueue(call);

        call.Fault = _rules.FirstOrDefault(rule => rule.Takes(call))?.Fault ?? Choose?.Invoke(call);
        try
        {
            await HandleAsync(context, call, target, rawTarget);
        }
        finally
        {
            call.CallerLeft = context.RequestAborted.IsCancellationRequested;
            Observe?.Invoke(call);
        }
    }

    private async Task HandleAsync(HttpContext context, StorageCall call, Uri target, string rawTarget)
    {
        switch (call.Fault)
        {
            case null:
                await ForwardAsync();
                break;
            case StorageFault.Delay(var delay):
                await Task.Delay(delay, TimeProvider.System, context.RequestAborted);
                await ForwardAsync();
                break;
            case StorageFault.Hold(var released):
                await released;
                await ForwardAsync();
                break;
            case StorageFault.Cut(var reachesStorage, var die, var meanwhile):
                await (meanwhile ?? Task.CompletedTask);
                if (reachesStorage)
                    (await SendAsync()).Dispose();
                die?.Invoke();
                context.Abort();
                break;
            case StorageFault.CutInAnswer:
                using (var answer = await SendAsync())
                    await CutAnswerAsync(context, answer);
                break;
            case StorageFault.Silence(var reachesStorage, var time):
                if (reachesStorage)
                    (await SendAsync()).Dispose();
                await Task.Delay(time ?? Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                context.Abort();
                break;
            case StorageFault.Error(var status, var code):
                call.Status = status;
                await WriteErrorAsync(context, call.Service, status, code);
                break;
            default:
                throw new NotSupportedException();
        }

        async Task ForwardAsync()
        {
            using var answer = await SendAsync();
            call.Status = (int)answer.StatusCode;
            CopyHead(context, answer);
            if (!Clock.IsSet)
            {
                await answer.Content.CopyToAsync(context.Response.Body);
                return;
            }

            context.Response.Headers.Date = Clock.Now.ToString("R", CultureInfo.InvariantCulture);
            if (call.Service != StorageService.Table || call.Method != "GET")
            {
                await answer.Content.CopyToAsync(context.Response.Body);
                return;
            }

            context.Response.ContentLength = null;
            await context.Response.WriteAsync(Clock.WithTimestamp(await answer.Content.ReadAsStringAsync()));
        }

        async Task<HttpResponseMessage> SendAsync()
        {
            var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"{target.GetLeftPart(UriPartial.Authority)}{rawTarget}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
            {
                Content = new ReadOnlyMemoryContent(call.Body),
            };
            foreach (var (name, values) in context.Request.Headers)
            {
                if (name is "Connection" or "Transfer-Encoding" or "Expect" or "Host")
                    continue;
                if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                    request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }

            // What was sent is carried out even when the client has hung up by now, as a real server would.
            var answer = await _storage.SendAsync(request, CancellationToken.None);
            call.StorageStatus = (int)answer.StatusCode;
            return answer;
        }
    }

    private static void CopyHead(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (name is not ("Connection" or "Keep-Alive" or "Transfer-Encoding"))
                context.Response.Headers[name] = values.ToArray();
        }
    }

    private static async Task CutAnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (bytes.Length > 0)
        {
            CopyHead(context, answer);
            context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await context.Response.Body.FlushAsync();
        }

        context.Abort();
    }

    private static Task WriteErrorAsync(HttpContext context, StorageService service, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["x-ms-error-code"] = code;
        context.Response.ContentType = service == StorageService.Table ? "application/json" : "application/xml";
        return context.Response.WriteAsync(service == StorageService.Table
            ? $$"""{"odata.error":{"code":"{{code}}","message":{"lang":"en-US","value":"Made up by a test."} } }"""
            : $"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>Made up by a test.</Message></Error>""");
    }

    private sealed class Rule(StorageFault fault, Func<StorageCall, bool> matches, int times, Action<Rule> end) : IDisposable
    {
        private int _left = times;

        public StorageFault Fault => fault;

        public bool Takes(StorageCall call) => matches(call) && Interlocked.Decrement(ref _left) >= 0;

        public void Dispose() => end(this);
    }
}
