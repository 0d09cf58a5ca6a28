using FunctionsIngest.Configuration;

namespace FunctionsIngest.Core.Tests.Configuration;

public sealed class LocalSettingsFileTests
{
    [Fact]
    public void Its_values_are_settings_with_double_underscores_or_colons()
    {
        var problem = LocalSettingsFile.Read(
            """
            // Comments and commas at the end are what Core Tools take too.
            {
              "IsEncrypted": false,
              "Values": {
                "FUNCTIONS_WORKER_RUNTIME": "dotnet-isolated",
                "Webhooks__Sources__shop__Scheme": "stripe",
                "Webhooks:Sources:shop:Secrets:0": "shop-secret",
                "Webhooks__Archive": false,
              },
              "Host": { "LocalHttpPort": 7072 },
            }
            """,
            out var settings);

        Assert.Null(problem);
        Assert.Equal(
            [("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"), ("Webhooks:Archive", "False"), ("Webhooks:Sources:shop:Scheme", "stripe"), ("Webhooks:Sources:shop:Secrets:0", "shop-secret")],
            settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => (setting.Key, setting.Value!)));
    }

    [Theory]
    [InlineData("", "it is not JSON: look at line 1")]
    [InlineData("{\n\"Values\": {\n\"a\": \"sesame\n", "it is not JSON: look at line 3")]
    [InlineData("{\"Values\": {\"a\": sesame}}", "it is not JSON: look at line 1")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("\"sesame\"", "it is not a JSON object")]
    [InlineData("""{"Values": "sesame"}""", "\"Values\" is not an object")]
    [InlineData("""{"Valeus": {"a": "sesame"}}""", "'Valeus' is not a part of such a file. Did you mean Values?")]
    [InlineData("""{"Webhooks": {"Archive": "sesame"}}""", "'Webhooks' is not a part of such a file.")]
    [InlineData("""{"IsEncrypted": true, "Values": {"a": "sesame"}}""", "func settings decrypt")]
    public void What_is_wrong_is_told_without_a_value(string text, string expected)
    {
        var problem = LocalSettingsFile.Read(text, out var settings);

        Assert.Contains(expected, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", problem, StringComparison.Ordinal);
        Assert.Empty(settings);
    }

    [Fact]
    public void A_file_without_values_has_none()
    {
        Assert.Null(LocalSettingsFile.Read("{}", out var settings));
        Assert.Empty(settings);
    }
}
