using System.Text.Json;
using FunctionsIngest.Local;

namespace FunctionsIngest.Tests.Local;

public sealed class DevelopmentSecretsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("functions-ingest-").FullName;

    private string SecretsPath => Path.Combine(_folder, "deep", "secrets.json");

    [Fact]
    public void They_are_made_once_and_readable_by_their_owner_only()
    {
        Assert.True(DevelopmentSecrets.CreateIfMissing(SecretsPath));
        var first = File.ReadAllText(SecretsPath);
        Assert.False(DevelopmentSecrets.CreateIfMissing(SecretsPath));

        Assert.Equal(first, File.ReadAllText(SecretsPath));
        Assert.Equal([SecretsPath], Directory.GetFiles(Path.GetDirectoryName(SecretsPath)!));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SecretsPath));
    }

    [Fact]
    public void Every_machine_gets_its_own()
    {
        var other = Path.Combine(_folder, "other.json");
        DevelopmentSecrets.CreateIfMissing(SecretsPath);
        DevelopmentSecrets.CreateIfMissing(other);

        var mine = Read(SecretsPath);
        var theirs = Read(other);
        Assert.Equal(["aghanim-secret", "begini-api-key", "qitech-private-key", "qitech-public-key", "standardwebhooks-secret"], mine.Keys.Order(StringComparer.Ordinal));
        Assert.All(mine, secret => Assert.NotEqual(theirs[secret.Key], secret.Value));
        Assert.StartsWith("whsec_", mine["standardwebhooks-secret"], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, string> Read(string path)
        => JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(path))!["Secrets"];
}
