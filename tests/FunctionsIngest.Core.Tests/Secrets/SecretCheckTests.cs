using System.Text.Json;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Sources;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Core.Tests.Secrets;

public sealed class SecretCheckTests
{
    private const string NoPlaceholder = "it is a placeholder, and no secret";

    public static TheoryData<string, string> Sample()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")));
        var values = new TheoryData<string, string>();
        foreach (var setting in sample.RootElement.GetProperty("Values").EnumerateObject().Where(setting => setting.Name.StartsWith("Secrets__", StringComparison.Ordinal)))
            values.Add(setting.Name, setting.Value.GetString()!);
        return values;
    }

    [Theory]
    [MemberData(nameof(Sample))]
    public void A_value_of_the_sample_is_refused_for_every_scheme(string name, string value)
    {
        Assert.NotEmpty(name);
        foreach (var scheme in SchemeCatalogue.Names.Where(scheme => scheme != SchemeCatalogue.Custom))
            Assert.Equal(NoPlaceholder, Check(new SchemeOptions { Scheme = scheme }, value, allowWeak: true));
        Assert.Equal(NoPlaceholder, CheckClientKey(value));
    }

    [Theory]
    [InlineData("begini", "utf8", "k7", 2)]
    [InlineData("begini", "utf8", "kE9fVb2Qx7Lm4Rt", 15)]
    [InlineData("begini", "utf8", "kE9fVb2Qx7Lm4Rt8", null)]
    [InlineData("begini", "utf8", "Schlüssel-Äöü1", null)]
    [InlineData("begini", "hex", "1f8e0c7d2b3a49586", null, "it is not an even number of hexadecimal digits")]
    [InlineData("begini", "hex", "1f8e0c7d2b3a4958", 8)]
    [InlineData("begini", "hex", "1f8e0c7d2b3a49586f7e8d9c0b1a2938", null)]
    [InlineData("begini", "base64", "H44MfSs6SVhvfo2cCxop", 15)]
    [InlineData("begini", "base64", "H44MfSs6SVhvfo2cCxopOA==", null)]
    [InlineData("standard-webhooks", null, "kE9fVb2Qx7Lm4Rt", 15)]
    [InlineData("standard-webhooks", null, "kE9fVb2Qx7Lm4Rt8", null)]
    [InlineData("standard-webhooks", null, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", null)]
    [InlineData("stripe", null, "whsec_kE9fVb2Q", 14)]
    [InlineData("token", null, "kE9fVb2Qx7Lm4Rt", 15)]
    [InlineData("token", null, "kE9fVb2Qx7Lm4Rt8", null)]
    public void A_shared_secret_has_16_bytes_unless_its_source_allows_a_weak_one(string scheme, string? format, string secret, int? weak, string? problem = null)
    {
        var options = scheme == "token"
            ? new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "X-Token", Algorithm = "token" } }
            : new SchemeOptions { Scheme = scheme, SecretFormat = format };

        Assert.Equal(
            weak is null ? problem : $"it has {weak} bytes, and a shared secret needs 16, or Webhooks:Sources:shop:AllowWeakSecret = true",
            Check(options, secret, allowWeak: false));
        Assert.Equal(problem, Check(options, secret, allowWeak: true));
    }

    [Fact]
    public void A_client_key_may_be_short_and_is_one_line()
    {
        Assert.Null(CheckClientKey(" id\n"));
        Assert.Equal("it is empty", CheckClientKey(" "));
        Assert.Equal(NoPlaceholder, CheckClientKey("changeme"));
        Assert.StartsWith("it has a line break inside", CheckClientKey("one\ntwo"), StringComparison.Ordinal);
        Assert.Equal("it is a key of a pair, and not a client key", CheckClientKey("-----BEGIN PUBLIC KEY----- MFkw -----END PUBLIC KEY-----"));
    }

    private static string? Check(SchemeOptions options, string secret, bool allowWeak)
    {
        var source = new Source { Name = "shop", Scheme = SchemeCatalogue.Create("shop", options, TimeSpan.FromDays(7), [])!, SecretNames = ["key"], AllowWeakSecret = allowWeak };
        var problem = SecretCheck.ReadKeys(source, SecretUse.Role.Key, secret, out var keys);
        Assert.Equal(problem is null, keys.Count > 0);
        return problem;
    }

    private static string? CheckClientKey(string text)
        => SecretCheck.ReadKeys(new Source { Name = "bank", Scheme = new PlainScheme(), SecretNames = ["key"], ClientKeyName = "client" }, SecretUse.Role.ClientKey, text, out _);
}
