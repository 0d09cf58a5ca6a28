using System.Text.Json.Nodes;

namespace FunctionsIngest.Infra;

/// <summary>What Bicep's own tools say of the templates.</summary>
[Collection(nameof(Templates))]
public sealed class FormTests(Templates templates)
{
    [BicepFact]
    public async Task All_templates_pass_the_strict_linter_without_a_word()
    {
        var (exitCode, output) = await Bicep.RunAsync(Templates.Source, "lint", "--pattern", "**/*.bicep");

        Assert.Equal("", output);
        Assert.Equal(0, exitCode);
    }

    [BicepFact]
    public async Task All_templates_and_parameter_files_are_formatted()
    {
        var directory = Directory.CreateTempSubdirectory("infra-format-").FullName;
        try
        {
            Templates.CopyTo(directory);
            foreach (var pattern in (string[])["**/*.bicep", "*.bicepparam"])
            {
                var (exitCode, output) = await Bicep.RunAsync(directory, "format", "--pattern", pattern);
                Assert.True(exitCode == 0, output);
            }

            var files = Directory.GetFiles(directory, "*.bicep*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).ToList();
            Assert.True(files.Count >= 11, "Not all templates were formatted.");
            foreach (var file in files)
                Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Templates.Source, Path.GetRelativePath(directory, file))), await File.ReadAllTextAsync(file));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void A_parameter_file_evaluates(string deployment)
    {
        Assert.Empty(templates.Diagnostics(deployment));
        Assert.True(templates.Resources(deployment).Count > 30);
    }

    [BicepFact]
    public void Every_parameter_and_output_is_described()
    {
        foreach (var section in (string[])["parameters", "outputs"])
        {
            foreach (var (name, value) in templates.Template[section]!.AsObject())
                Assert.True(Description(value!) is { Length: > 0 }, $"{section}: {name} is not described.");
        }
    }

    [BicepFact]
    public void Every_setting_of_a_type_is_described()
    {
        foreach (var (type, definition) in templates.Template["definitions"]!.AsObject())
        {
            foreach (var (name, value) in definition!["properties"]?.AsObject() ?? [])
                Assert.True(Description(value!) is { Length: > 0 }, $"{type}: {name} is not described.");
        }
    }

    private static string? Description(JsonNode node) => node["metadata"]?["description"]?.GetValue<string>();
}
