using FunctionsIngest.Local;
using FunctionsIngest.Local.Pump;

namespace FunctionsIngest.Tests.Local.Pump;

public sealed class HostQueueSettingsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void The_apps_own_host_json_is_read()
    {
        var settings = HostQueueSettings.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));

        Assert.Equal((16, 8, 5), (settings.BatchSize, settings.EffectiveNewBatchThreshold, settings.MaxDequeueCount));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2)), (settings.VisibilityTimeout, settings.MaxPollingInterval));
    }

    [Fact]
    public void What_is_absent_is_as_the_functions_host_has_it()
    {
        var settings = Read("""{ "version": "2.0", "extensions": { "queues": { "messageEncoding": "none" } } }""");

        Assert.Equal((16, 8, 5), (settings.BatchSize, settings.EffectiveNewBatchThreshold, settings.MaxDequeueCount));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(1)), (settings.VisibilityTimeout, settings.MaxPollingInterval));
    }

    [Theory]
    [InlineData("""{ "version": "2.0" }""", "extensions.queues.MessageEncoding: must be \"none\"")]
    [InlineData("""{ "extensions": { "queues": { "messageEncoding": "base64" } } }""", "extensions.queues.MessageEncoding: must be \"none\"")]
    [InlineData("""{ "extensions": { "queues": { "messageEncoding": "none", "batchSize": 33 } } }""", "extensions.queues.BatchSize")]
    [InlineData("""{ "extensions": { "queues": { "messageEncoding": "none", "batchSize": "many" } } }""", "cannot be read")]
    [InlineData("""{ "extensions": """, "cannot be read")]
    public void What_cannot_work_is_refused_by_name(string json, string expected)
    {
        var error = Assert.Throws<StartUpException>(() => Read(json));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(_path, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private HostQueueSettings Read(string json)
    {
        File.WriteAllText(_path, json);
        return HostQueueSettings.Read(_path);
    }
}
