namespace FunctionsIngest.Core.Tests.Sources;

public sealed class ConfigurationDocumentTests
{
    [Fact]
    public async Task The_page_says_what_the_options_classes_say()
    {
        var page = FindPage();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
            await File.WriteAllTextAsync(page, ConfigurationDocument.Write());

        Assert.True(
            ConfigurationDocument.Write() == await File.ReadAllTextAsync(page),
            "docs/configuration.md is not current: run the tests once with UPDATE_DOCS=1 and commit the page.");
    }

    [Fact]
    public void Every_key_is_documented_once()
        => Assert.Equal(ConfigurationDocument.Rows.Count, ConfigurationDocument.Rows.DistinctBy(row => row.Key).Count());

    private static string FindPage()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "FunctionsIngest.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "docs", "configuration.md");
    }
}
