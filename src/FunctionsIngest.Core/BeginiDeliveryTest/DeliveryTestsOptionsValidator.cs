using System.Text.RegularExpressions;
using FunctionsIngest.Configuration;
using FunctionsIngest.Outbound;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>Checks the clients of the delivery test when the host starts.</summary>
internal sealed partial class DeliveryTestsOptionsValidator(SourceReading sources, ConfigurationSecretReader secrets, BoundSettings<KeyVaultOptions> vault)
    : BoundOptionsValidator<DeliveryTestsOptions>
{
    /// <summary>The schemes that a test webhook can be signed with.</summary>
    private static readonly IReadOnlyList<string> SchemeNames = [.. SchemeCatalogue.Names.Except([QiTechScheme.SchemeName, SchemeCatalogue.Custom])];

    protected override void Check(DeliveryTestsOptions options, List<string> errors)
    {
        var clients = new List<(DeliveryTestOptions Client, SecretUse Use)>();
        foreach (var (id, client) in options.DeliveryTests.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var setting = $"{WebhookSettings.Section}:{nameof(DeliveryTestsOptions.DeliveryTests)}:{id}";
            if (!ClientId().IsMatch(id))
                errors.Add($"{setting}: '{id}' is not the id of a client: use 1 to 64 letters, digits and _, such as 622056dce007dc805c741751.");
            if (!string.IsNullOrEmpty(client.ReceiverUrl))
                CheckReceiver($"{setting}:ReceiverUrl", client.ReceiverUrl, client.AllowPrivateAddresses, errors);
            if (!SchemeNames.Contains(client.Scheme))
                errors.Add($"{setting}:Scheme is '{client.Scheme}': give one of {string.Join(", ", SchemeNames)}.");

            // The key itself may be where its name belongs, so the error does not repeat it.
            var secretSetting = $"{setting}:{nameof(client.ApiKeySecret)}";
            if (client.ApiKeySecret is not { } name || !SourceFactory.IsSecretName(name))
                errors.Add($"{secretSetting} is not the name of a secret: give the name (1 to 127 letters, digits and -), never the API key itself.");
            else if (SchemeNames.Contains(client.Scheme))
                clients.Add((client, new SecretUse(secretSetting, name, SecretUse.Role.ApiKey)));
        }

        errors.AddRange(SecretUse.FindShared([.. clients.Select(client => client.Use)], [.. sources.Sources.SelectMany(SecretUse.Of)]));
        if (!vault.Value.UsesVault)
            CheckValues(clients, errors);
    }

    private void CheckValues(List<(DeliveryTestOptions Client, SecretUse Use)> clients, List<string> errors)
    {
        var known = new Dictionary<string, (string Key, SecretUse Use)>(StringComparer.Ordinal);
        foreach (var (client, use) in clients)
        {
            foreach (var version in SourceSecretsValidator.Read(use.Name, use.Setting, "the client's API key", secrets, errors))
            {
                if (SecretCheck.ReadSigningKey(CreateScheme(client), version.Value, out _) is { } problem)
                    errors.Add($"{version.Id} is not a key that the scheme {client.Scheme} can sign with: {problem}.");
                else if (!known.TryAdd(SecretText.Trim(version.Value), (version.Id!, use)) && known[SecretText.Trim(version.Value)] is var (key, first) && first.Name != use.Name)
                    errors.Add($"{key} and {version.Id} are the same API key, so the two clients could not be told apart: give each client a key of its own.");
            }
        }
    }

    /// <summary>The scheme of a client whose options are valid.</summary>
    public static SignatureScheme CreateScheme(DeliveryTestOptions options)
        => SchemeCatalogue.Create("deliverytest", new SchemeOptions { Scheme = options.Scheme }, TimeSpan.FromDays(7), [])!;

    private static void CheckReceiver(string setting, string text, bool allowPrivateAddresses, List<string> errors)
    {
        // The address may contain a password, so the first error does not repeat it.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.Host.Length == 0
            || url.UserInfo.Length > 0)
        {
            errors.Add($"{setting} is not an http or https address without user and password: write it like https://example.com/webhook-receiver.");
            return;
        }

        // No name ends in a number, so 8.8.8.08 is meant as an address, though the system takes it for a name.
        if (url.HostNameType == UriHostNameType.Dns && !url.Host.TrimEnd('.').Split('.')[^1].All(char.IsAsciiDigit))
            return;

        // As written: the system would take 203.0.114 for 203.0.0.114.
        var written = WrittenHost().Match(text).Groups["host"].Value.Trim('[', ']');
        if (!AddressText.TryParse(written, out var address))
            errors.Add($"{setting} has the host '{written}', which is not an address in full: write it like 203.0.113.7 or [2001:db8::7], without a zone.");
        else if (!allowPrivateAddresses && !PublicAddress.IsPublic(address))
            errors.Add($"{setting} has the host '{written}', which is not a public address, so the test webhook would never be sent: give an address that the internet can reach, or set AllowPrivateAddresses for development.");
    }

    [GeneratedRegex(@"^\s*[A-Za-z]+:[/\\]*(?<host>\[[^\]]*\]|[^/\\?#:]*)")]
    private static partial Regex WrittenHost();

    [GeneratedRegex("^[A-Za-z0-9_]{1,64}$")]
    private static partial Regex ClientId();
}
