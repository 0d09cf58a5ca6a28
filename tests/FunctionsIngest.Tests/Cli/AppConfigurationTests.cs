using FunctionsIngest.Cli;

namespace FunctionsIngest.Tests.Cli;

/// <summary>Where the command line finds the settings of a laptop: where the local host does.</summary>
public sealed class AppConfigurationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ingest-").FullName;

    public AppConfigurationTests()
    {
        Write("src/FunctionsIngest.Local/appsettings.json", "{}");
        Write(".local/secrets.json", """{ "Secrets": { "shop-secret": "of the development secrets", "begini-api-key": "the development key" } }""");
    }

    [Fact]
    public void Local_settings_json_of_the_repository_is_read_from_any_folder_in_it()
    {
        Write("local.settings.json", """{ "Values": { "Webhooks__Sources__shop__Scheme": "github", "Webhooks:Sources:shop:Secrets:0": "shop-secret", "Secrets__shop-secret": "of the file" } }""");

        var configuration = AppConfiguration.Read(Terminal("docs"), null);

        Assert.Equal(["shop"], AppConfiguration.SourcesOf(configuration).Sources.Keys);
        Assert.Equal("of the file", configuration["Secrets:shop-secret"]);
        Assert.Equal("the development key", configuration["Secrets:begini-api-key"]);
    }

    [Fact]
    public void The_environment_goes_before_it()
    {
        Write("local.settings.json", """{ "Values": { "Secrets__shop-secret": "of the file" } }""");

        Assert.Equal("of the environment", AppConfiguration.Read(Terminal("", ("Secrets__shop-secret", "of the environment")), null)["Secrets:shop-secret"]);
    }

    [Fact]
    public void Without_any_source_there_are_the_four_of_the_local_host()
        => Assert.Equal(
            ["aghanim", "begini", "qitech", "standardwebhooks"],
            AppConfiguration.SourcesOf(AppConfiguration.Read(Terminal(""), null)).Sources.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("{ \"Values\": {\n")]
    [InlineData("""{ "Valeus": { "a": "b" } }""")]
    public void A_broken_one_is_told_with_its_path(string content)
    {
        Write("local.settings.json", content);

        var mistake = Assert.Throws<CommandException>(() => AppConfiguration.Read(Terminal(""), null));

        Assert.StartsWith($"The settings {Path.Combine(_root, "local.settings.json")} cannot be used: ", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_storage_setting_is_none()
        => Assert.Equal(
            "UseDevelopmentStorage=true",
            AppConfiguration.StorageOf(AppConfiguration.Read(Terminal("", ("WebhookStorage", "")), null), new FunctionsIngest.Cli.Identities.StorageTarget(null, new FunctionsIngest.Cli.Identities.TokenTargets([]))).ConnectionString);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string path, string content)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    private Terminal Terminal(string folder, params (string Name, string Value)[] environment) => new()
    {
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        OpenInput = () => Stream.Null,
        Environment = environment.ToDictionary(variable => variable.Name, variable => (string?)variable.Value),
        Folder = Path.Combine(_root, folder),
    };
}
