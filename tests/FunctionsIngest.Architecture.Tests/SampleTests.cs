using System.Text.Json;
using FunctionsIngest.Configuration;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>
/// The code in README and in docs is right: C# compiles, JSON parses, and settings are settings of this app.
/// </summary>
public sealed class SampleTests
{
    /// <summary>What the SDK imports into a user's files.</summary>
    private static readonly string[] Imports =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    /// <summary>What the reader has, and the page does not show: a host's builder, and a database.</summary>
    private const string Surroundings =
        """
        Microsoft.Extensions.Hosting.IHostApplicationBuilder builder = null!;
        public sealed class ScoresDb { public Task SaveScoreAsync(string id, BinaryData score, CancellationToken cancellationToken) => Task.CompletedTask; }
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public void CSharp_of_each_page_compiles()
    {
        var pages = Sample.Find("csharp").GroupBy(sample => sample.File).ToList();

        Assert.True(pages.Count >= 3, $"Only {pages.Count} pages have C#.");
        var errors = from page in pages from error in ErrorsIn(CodeOf(page)) select $"{page.Key}: {error}";
        Assert.Empty(errors);
    }

    [Fact]
    public void A_sample_without_its_using_or_with_another_parameter_does_not_compile()
    {
        const string Good = "using FunctionsIngest;\nstatic string IdOf(WebhookEvent webhookEvent) => webhookEvent.Id;";

        Assert.Empty(ErrorsIn(Good));
        Assert.NotEmpty(ErrorsIn(Good.Replace("using FunctionsIngest;", "", StringComparison.Ordinal)));
        Assert.NotEmpty(ErrorsIn(Good.Replace("webhookEvent.Id", "webhook.Id", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_of_each_page_parses_and_settings_pass_the_apps_own_checks()
    {
        var samples = Sample.Find("json");

        Assert.True(samples.Count >= 4, $"Only {samples.Count} samples are JSON.");
        Assert.Empty(samples.SelectMany(MistakesIn));
    }

    [Fact]
    public void A_sample_with_a_misspelt_setting_or_broken_JSON_is_found()
    {
        Assert.NotEmpty(MistakesIn(new Sample("", 1, """{ "Webhooks": { "Sources": { "begini": { "Shceme": "begini", "Secrets": [ "a" ] } } } }""")));
        Assert.NotEmpty(MistakesIn(new Sample("", 1, """{ "Values": { "Webhooks__Sources__begini__Scheme": "gihtub", "Webhooks__Sources__begini__Secrets__0": "a" } }""")));
        Assert.NotEmpty(MistakesIn(new Sample("", 1, "{ \"Webhooks\": ")));
    }

    // A page's samples are one program, with what they use at its top.
    private static string CodeOf(IEnumerable<Sample> page)
        => string.Join('\n', page.SelectMany(sample => sample.Code.Split('\n')).OrderBy(line => !line.StartsWith("using ", StringComparison.Ordinal)));

    private static IEnumerable<string> ErrorsIn(string code)
        => CSharpCompilation.CreateScriptCompilation(
                "Sample",
                // As a script, so that types and statements may be in the order in which a page explains them.
                CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)),
                References,
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, usings: Imports, nullableContextOptions: NullableContextOptions.Enable),
                CSharpCompilation.CreateScriptCompilation(
                    "Surroundings",
                    CSharpSyntaxTree.ParseText(Surroundings, new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script)),
                    References,
                    new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, usings: Imports, nullableContextOptions: NullableContextOptions.Enable)))
            .GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => diagnostic.ToString());

    private static IEnumerable<string> MistakesIn(Sample sample)
    {
        // One member alone is a source.
        var text = sample.Code.TrimStart().StartsWith('{') ? sample.Code : $$"""{ "Webhooks": { "Sources": { {{sample.Code}} } } }""";
        try
        {
            JsonDocument.Parse(text).Dispose();
        }
        catch (JsonException exception)
        {
            return [$"{sample.File}, line {sample.Line}: {exception.Message}"];
        }

        if (JsonSettings.Read(text, out var settings) is null && LocalSettingsFile.IsOne(sample.File, settings.Keys) && LocalSettingsFile.Read(text, out settings) is { } problem)
            return [$"{sample.File}, line {sample.Line}: {problem}"];

        // The page's secrets are not secrets, so none is looked at.
        settings["KeyVault:Uri"] = "https://example.vault.azure.net";
        settings.TryAdd("WebhookStorage", "UseDevelopmentStorage=true");
        using var services = new ServiceCollection()
            .AddLogging()
            .AddWebhookIngestion(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();
        return [.. SettingsMistakes.Find(services).SelectMany(mistake => mistake.Failures).Select(mistake => $"{sample.File}, line {sample.Line}: {mistake}")];
    }
}
