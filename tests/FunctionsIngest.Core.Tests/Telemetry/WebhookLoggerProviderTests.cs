using FunctionsIngest.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FunctionsIngest.Core.Tests.Telemetry;

public sealed partial class WebhookLoggerProviderTests
{
    private const string Hash = "3fa2c1d0b7e49a8877665544332211003fa2c1d0b7e49a887766554433221100";

    [Theory]
    [InlineData(Hash, "begini 3fa2c1d0b7e4: Hello world")]
    [InlineData($"{Hash}~20260801120000", "begini 3fa2c1d0b7e4~20260801120000: Hello world")]
    [InlineData("odd", "begini odd: Hello world")]
    public void A_line_about_a_webhook_begins_with_its_source_and_its_short_id(string eventId, string expected)
        => Assert.Equal([expected, "Hello world"], LinesOf(logger =>
        {
            using (logger.BeginScope(new WebhookScope("begini", eventId)))
            using (logger.BeginScope("an inner scope"))
                Log.Hello(logger, "world");
            Log.Hello(logger, "world");
        }));

    [Fact]
    public void Its_scope_has_pairs_for_exporters_and_a_text_for_consoles()
    {
        var scope = new WebhookScope("begini", Hash);

        Assert.Equal([new("source", "begini"), new("webhookId", Hash)], scope);
        Assert.Equal($"source=begini webhookId={Hash}", scope.ToString());
    }

    [Fact]
    public void A_provider_that_the_host_lacks_is_told()
        => Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddLogging(logging => logging.NameWebhooks("NoProvider")));

    private static IEnumerable<string> LinesOf(Action<ILogger> write)
    {
        var lines = new FakeLogCollector();
        using var services = new ServiceCollection()
            .AddSingleton(lines)
            .AddLogging(logging =>
            {
                logging.Services.AddSingleton<ILoggerProvider, FakeLoggerProvider>();
                logging.NameWebhooks(nameof(FakeLoggerProvider));
            })
            .BuildServiceProvider();
        write(services.GetRequiredService<ILoggerFactory>().CreateLogger("test"));
        return lines.GetSnapshot().Select(line => line.Message);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Hello {Whom}")]
        public static partial void Hello(ILogger logger, string whom);
    }
}
