using FunctionsIngest.Secrets;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Core.Tests.Secrets;

public sealed class ConfigurationSecretReaderTests
{
    [Theory]
    [InlineData("begini-api-key")]
    [InlineData("begini_api_key")]
    [InlineData("Begini_API_Key")]
    public void A_name_may_be_written_with_underscores_which_every_shell_can_set(string key)
    {
        Assert.Null(Read([(key, "kE9fVb2Qx7Lm4Rt8")], out var versions));

        var version = Assert.Single(versions);
        Assert.Equal("kE9fVb2Qx7Lm4Rt8", version.Value);
        Assert.Equal($"Secrets:{key}", version.Id, ignoreCase: true);
    }

    [Fact]
    public void A_variable_of_the_environment_can_set_it()
    {
        const string Prefix = "INGEST_TEST_OF_SECRETS_";
        Environment.SetEnvironmentVariable(Prefix + "Secrets__begini_api_key__0", "kE9fVb2Qx7Lm4Rt8");
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();
        Environment.SetEnvironmentVariable(Prefix + "Secrets__begini_api_key__0", null);

        Assert.Equal(["kE9fVb2Qx7Lm4Rt8"], new ConfigurationSecretReader(configuration).Find("begini-api-key"));
    }

    [Fact]
    public void Values_of_a_list_are_in_the_order_of_their_numbers()
    {
        Assert.Null(Read([.. Enumerable.Range(0, 11).Reverse().Select(i => ($"begini-api-key:{i}", $"key-number-{i}"))], out var versions));

        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"key-number-{i}"), versions.Select(version => version.Value));
        Assert.Equal("Secrets:begini-api-key:10", versions[10].Id);
    }

    [Fact]
    public void A_name_that_is_set_in_both_ways_is_a_mistake()
    {
        Assert.Equal(
            "Secrets:begini-api-key and Secrets:begini_api_key are both set, and both are the secret 'begini-api-key': remove one of them.",
            Read([("begini-api-key", "kE9fVb2Qx7Lm4Rt8"), ("begini_api_key:0", "kE9fVb2Qx7Lm4Rt8")], out var versions));
        Assert.Empty(versions);
    }

    [Theory]
    [InlineData("begini-api-key:0", "begini-api-key", "Secrets:begini-api-key has a value and a list of values: remove one of them.")]
    [InlineData("begini-api-key:first", null, "Secrets:begini-api-key:first is not an entry of a list: write the values as Secrets:begini-api-key:0, Secrets:begini-api-key:1 and so on.")]
    [InlineData("begini-api-key:0:0", null, "Secrets:begini-api-key:0 is not an entry of a list: write the values as Secrets:begini-api-key:0, Secrets:begini-api-key:1 and so on.")]
    public void A_secret_is_a_value_or_a_list_of_values(string key, string? other, string problem)
    {
        Assert.Equal(problem, Read(other is null ? [(key, "kE9fVb2Qx7Lm4Rt8")] : [(key, "kE9fVb2Qx7Lm4Rt8"), (other, "kE9fVb2Qx7Lm4Rt8")], out var versions));
        Assert.Empty(versions);
    }

    [Fact]
    public void A_blank_value_is_none_and_a_blank_entry_of_a_list_is_one()
    {
        Assert.Null(Read([("begini-api-key", " "), ("begini_api_key", "kE9fVb2Qx7Lm4Rt8")], out var versions));
        Assert.Single(versions);

        Assert.Null(Read([("begini-api-key:0", " ")], out versions));
        Assert.Equal(" ", Assert.Single(versions).Value);
    }

    private static string? Read((string Key, string Value)[] settings, out IReadOnlyList<SecretVersion> versions)
        => new ConfigurationSecretReader(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Secrets:{setting.Key}", (string?)setting.Value))).Build())
            .Read("begini-api-key", out versions);
}
