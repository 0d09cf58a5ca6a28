using FunctionsIngest.Testing;

namespace FunctionsIngest.Core.Tests.Configuration;

public sealed class ConfigurationDocumentTests
{
    [Fact]
    public async Task The_page_says_what_the_options_classes_say()
    {
        var page = Path.Combine(Repository.Root, "docs", "configuration.md");
        if (Repository.UpdatesFiles)
            await File.WriteAllTextAsync(page, ConfigurationDocument.Write());

        Assert.True(
            ConfigurationDocument.Write() == await File.ReadAllTextAsync(page),
            "docs/configuration.md is not current: run the tests once with UPDATE_DOCS=1 and commit the page.");
    }

    [Fact]
    public void Every_key_is_documented_once()
        => Assert.Equal(ConfigurationDocument.Rows.Count, ConfigurationDocument.Rows.DistinctBy(row => row.Key).Count());
}
