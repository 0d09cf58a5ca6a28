using System.Net;
using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

public sealed class AddressTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string FrontDoor = "01234567-89ab-cdef-0123-456789abcdef";

    [Fact]
    public async Task An_allow_list_compares_the_header_that_is_named_and_nothing_that_the_host_writes()
    {
        var settings = SampleSettings.FilledIn(azurite.NewStorage());
        settings["Webhooks__Sources__begini__AllowedIPs__0"] = "203.0.113.0/24";
        settings["Webhooks__ClientAddressHeader"] = "X-Azure-ClientIP";
        settings["Webhooks__FrontDoorId"] = FrontDoor;
        await using var host = await FunctionsHost.StartAsync(settings);

        Assert.Equal(HttpStatusCode.OK, await SendAsync(host, ("X-Azure-ClientIP", "203.0.113.7"), ("X-Azure-FDID", FrontDoor)));
        // Another caller, another Front Door, none, or both that a caller put beside what the proxy wrote.
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, ("X-Azure-ClientIP", "192.0.2.9"), ("X-Azure-FDID", FrontDoor)));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, ("X-Azure-ClientIP", "203.0.113.7"), ("X-Azure-FDID", Guid.NewGuid().ToString())));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, ("X-Azure-ClientIP", "203.0.113.7")));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, ("X-Azure-ClientIP", "203.0.113.7"), ("X-Azure-ClientIP", "192.0.2.9"), ("X-Azure-FDID", FrontDoor)));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, ("X-Forwarded-For", "203.0.113.7"), ("X-Azure-FDID", FrontDoor)));
    }

    private static async Task<HttpStatusCode> SendAsync(FunctionsHost host, params (string Name, string Value)[] headers)
    {
        using var request = Genuine.Begini(RunningApp.NewBody());
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return (await host.SendAsync(request)).Status;
    }
}
