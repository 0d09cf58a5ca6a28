using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Testing;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Core.Tests.Secrets;

public class SourceSecretsValidatorTests
{
    private static readonly Source Bank = new() { Name = "bank", Scheme = new PlainScheme(), SecretNames = ["bank-key", "bank-spare"], ClientKeyName = "bank-client" };

    [Fact]
    public void Secrets_that_are_there_and_parse_are_fine()
        => Assert.Empty(Check(("bank-key", "key-number-one"), ("bank-spare:0", "key-number-two"), ("bank-spare:1", "key-number-three"), ("bank-client", "id")));

    [Fact]
    public void Secrets_are_named_with_the_reason_and_the_fix_and_never_shown()
        => Assert.Equal(
            [
                "Secrets:bank-key:1 is not a key that source 'bank' can use: it is too short. Set it to the key as the sender shows it.",
                "Secrets:bank-spare is not set, and Webhooks:Sources:bank:Secrets names it. Set it to the sender's secret, or set KeyVault:Uri to the vault that holds it.",
                "Secrets:bank-client is not set, and Webhooks:Sources:bank:ClientKey names it. Set it to the sender's secret, or set KeyVault:Uri to the vault that holds it.",
            ],
            Check(("bank-key:0", "key-number-one"), ("bank-key:1", "short"), ("bank-client", " ")));

    private static List<string> Check(params (string Name, string Value)[] secrets)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(secrets.Select(secret => KeyValuePair.Create($"Secrets:{secret.Name}", (string?)secret.Value)))
            .Build();
        List<string> errors = [];
        SourceSecretsValidator.Check(Bank, new ConfigurationSecretReader(configuration), errors);
        return errors;
    }
}
