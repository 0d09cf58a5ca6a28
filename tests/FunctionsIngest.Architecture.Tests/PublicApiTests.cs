using FunctionsIngest.Testing;
using PublicApiGenerator;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>
/// What others can name of the libraries, as it was approved: a change of it is a change that users see.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    [Theory]
    [InlineData("Senders")]
    [InlineData("Core")]
    public async Task The_public_api_is_the_approved_one(string library)
    {
        var assembly = (library == "Core" ? House.Core : House.Senders).Assembly;
        var api = assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n") + "\n";
        var file = Path.Combine(Repository.Root, "tests", "FunctionsIngest.Architecture.Tests", "PublicApi", $"FunctionsIngest.{library}.txt");
        if (Repository.UpdatesFiles)
            await File.WriteAllTextAsync(file, api);

        Assert.True(
            api == await File.ReadAllTextAsync(file),
            $"The public API of FunctionsIngest.{library} is not the approved one: run this test once with UPDATE_DOCS=1, look at what has changed, and commit it.\n{api}");
    }
}
