using FunctionsIngest.Configuration;
using FunctionsIngest.Local;
using FunctionsIngest.Local.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Local.Settings;

/// <summary>A file of settings that changes while the host runs.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private const string Good = """{ "Values": { "Secrets__key": "first" } }""";
    private const string Broken = """{ "Values": { "Secrets__key": "sec""";

    private readonly string _folder = Directory.CreateTempSubdirectory("functions-ingest-").FullName;
    private readonly FakeLogCollector _log = new();
    private int _writes;

    private string FilePath => Path.Combine(_folder, LocalSettingsFile.Name);

    [Fact]
    public void A_changed_file_is_read_at_the_next_look_and_told()
    {
        Write(Good);
        var (configuration, watch) = Open();
        var reloads = 0;
        configuration.GetReloadToken().RegisterChangeCallback(_ => reloads++, null);

        Write(Good.Replace("first", "second", StringComparison.Ordinal));
        watch.Look();
        watch.Look();

        Assert.Equal("second", configuration["Secrets:key"]);
        Assert.Equal(1, reloads);
        Assert.Equal([$"Information Read {FilePath} again. Changed secrets hold from now on, other settings from the next start."], Lines());
    }

    [Theory]
    [InlineData(Broken)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData(null)]
    public void What_was_read_before_goes_on_with_one_warning_until_the_file_is_mended(string? content)
    {
        Write(Good);
        var (configuration, watch) = Open();

        Write(content);
        for (var i = 0; i < 5; i++)
            watch.Look();
        Assert.Equal("first", configuration["Secrets:key"]);
        var warning = Assert.Single(Lines());
        Assert.StartsWith($"Warning {FilePath} has changed and cannot be read: ", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("sec\"", warning, StringComparison.Ordinal);

        Write(Good.Replace("first", "mended", StringComparison.Ordinal));
        watch.Look();
        Assert.Equal("mended", configuration["Secrets:key"]);
        Assert.Equal(2, Lines().Count());
    }

    [Fact]
    public void A_file_that_is_still_being_written_is_no_reason_to_warn()
    {
        Write(Good);
        var (configuration, watch) = Open();

        Write(Broken);
        watch.Look();
        Write(Good.Replace("first", "whole", StringComparison.Ordinal));
        watch.Look();

        Assert.Equal("whole", configuration["Secrets:key"]);
        Assert.DoesNotContain(Lines(), line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_appears_is_read()
    {
        var (configuration, watch) = Open();
        Assert.Null(configuration["Secrets:key"]);

        Write(Good);
        watch.Look();

        Assert.Equal("first", configuration["Secrets:key"]);
    }

    [Fact]
    public async Task It_is_looked_at_twice_a_second()
    {
        Write(Good);
        var time = new FakeTimeProvider();
        var (configuration, watch) = Open(time);
        await watch.StartAsync(CancellationToken.None);

        Write(Good.Replace("first", "second", StringComparison.Ordinal));
        // The first advance may come before the watch waits.
        await Infrastructure.ObservedHost.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            return Task.FromResult(configuration["Secrets:key"] == "second");
        });
        await watch.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData(Broken)]
    [InlineData("[]")]
    public void A_broken_file_stops_the_start_with_its_path_and_what_to_do(string content)
    {
        Write(content);

        var mistake = Assert.Throws<StartUpException>(() => Open());

        Assert.StartsWith($"The settings {FilePath} cannot be used: it is not ", mistake.Message, StringComparison.Ordinal);
        Assert.EndsWith("Mend the file.", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_its_place_stops_the_start()
    {
        Directory.CreateDirectory(FilePath);

        Assert.Contains("it is a folder", Assert.Throws<StartUpException>(() => Open()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Each with a time of its own, however fast they follow each other.
    private void Write(string? content)
    {
        File.Delete(FilePath);
        if (content is null)
            return;

        File.WriteAllText(FilePath, content);
        File.SetLastWriteTimeUtc(FilePath, DateTime.UnixEpoch.AddDays(++_writes));
    }

    private (IConfiguration Configuration, SettingsWatch Watch) Open(TimeProvider? time = null)
    {
        var file = SettingsFile.Open(FilePath, LocalSettingsFile.Read, "Mend the file.");
        var logger = new LoggerFactory([new FakeLoggerProvider(_log)]).CreateLogger<SettingsWatch>();
        return (new ConfigurationBuilder().Add(file).Build(), new SettingsWatch([file], time ?? TimeProvider.System, logger));
    }

    private IEnumerable<string> Lines() => _log.GetSnapshot().Select(line => $"{line.Level} {line.Message}");
}
