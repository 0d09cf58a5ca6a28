using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.Benchmarks;

/// <summary>
/// The app in this process, without a server, a log or listeners to its traces and metrics: it gets requests as a
/// server would hand them over.
/// </summary>
internal sealed class App : IAsyncDisposable
{
    private const string Source = "begini";

    private readonly IHost _host;
    private readonly WebhookIngestion _ingestion;

    private App(IHost host)
    {
        _host = host;
        _ingestion = host.Services.GetRequiredService<WebhookIngestion>();
    }

    /// <summary>Starts the app with the source <c>begini</c>.</summary>
    /// <param name="sender">Who sends.</param>
    /// <param name="storage">The connection string.</param>
    public static async Task<App> StartAsync(Sender sender, string storage)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookStorage"] = storage,
            [$"Webhooks:Sources:{Source}:Scheme"] = sender.Scheme.Name,
            [$"Webhooks:Sources:{Source}:Secrets:0"] = "begini-api-key",
            ["Secrets:begini-api-key"] = sender.Secret,
        });
        builder.Services.AddWebhookIngestion(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return new App(host);
    }

    /// <summary>Creates the table, the queues and the containers.</summary>
    public Task CreateStorageAsync() => _host.Services.GetRequiredService<StorageClients>().CreateAllAsync(CancellationToken.None);

    /// <summary>Receives a webhook, from the request to the answer's last byte.</summary>
    /// <param name="request">The webhook.</param>
    /// <param name="expected">The status that it must be answered with.</param>
    public async Task ReceiveAsync(SignedRequest request, int expected)
    {
        var context = new DefaultHttpContext { RequestServices = _host.Services };
        context.Request.Method = request.Method;
        context.Request.Path = request.Path;
        foreach (var header in request.Headers)
            context.Request.Headers.Append(header.Key, header.Value);
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = request.Body.Length;
        context.Request.Body = BinaryData.FromBytes(request.Body).ToStream();

        await (await _ingestion.ReceiveAsync(context, Source)).ExecuteAsync(context);
        if (context.Response.StatusCode != expected)
            throw new InvalidOperationException($"The answer is {context.Response.StatusCode}, and {expected} was expected.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
