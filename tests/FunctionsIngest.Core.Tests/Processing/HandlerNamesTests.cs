using FunctionsIngest.Processing;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Core.Tests.Processing;

public sealed class HandlerNamesTests
{
    [Theory]
    [InlineData()]
    [InlineData("a")]
    [InlineData("archive", "Archive", "a.b-c_d0")]
    public Task Names_that_can_be_told_apart_pass(params string[] names) => StartAsync(names);

    [Fact]
    public async Task Two_handlers_of_one_name_are_refused()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync("mail", "archive", "mail"));

        Assert.Contains("Named and Named are all named 'mail'", error.Message);
        Assert.DoesNotContain("archive", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\n")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_cannot_be_noted_is_refused(string name)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(name));

        Assert.Contains($"'{name}'", error.Message);
        Assert.Contains("1 to 64", error.Message);
    }

    [Fact]
    public async Task All_mistakes_are_reported_together()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync("a b", "mail", "mail"));

        Assert.Equal(2, error.Message.Split(Environment.NewLine).Length);
    }

    private static async Task StartAsync(params string[] names)
    {
        var services = new ServiceCollection();
        foreach (var name in names)
            services.AddScoped<IWebhookHandler>(_ => new Named(name));
        await using var provider = services.BuildServiceProvider();
        await new HandlerNames(provider.GetRequiredService<IServiceScopeFactory>()).StartAsync(CancellationToken.None);
    }

    private sealed class Named(string name) : IWebhookHandler
    {
        public string Name => name;

        public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
