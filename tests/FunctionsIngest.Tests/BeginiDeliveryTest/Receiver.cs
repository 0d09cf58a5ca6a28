using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Tests.BeginiDeliveryTest;

/// <summary>A client's receiver on a free port of this machine, which does what the test says.</summary>
internal sealed class Receiver(WebApplication app) : IAsyncDisposable
{
    private int _requests;

    /// <summary>Its address.</summary>
    public string Url => app.Urls.Single();

    /// <summary>How many requests have come.</summary>
    public int Requests => _requests;

    public static async Task<Receiver> StartAsync(RequestDelegate act)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref receiver._requests);
            return act(context);
        });
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
