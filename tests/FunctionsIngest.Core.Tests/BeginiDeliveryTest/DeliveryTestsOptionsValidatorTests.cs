using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Configuration;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Core.Tests.BeginiDeliveryTest;

public sealed class DeliveryTestsOptionsValidatorTests
{
    private const string Id = "622056dce007dc805c741751";

    [Fact]
    public void A_complete_client_has_no_mistake() => Assert.Empty(Check(Id, Valid()));

    [Fact]
    public void A_client_without_a_receiver_has_no_mistake()
        => Assert.Empty(Check(Id, new DeliveryTestOptions { ApiKeySecret = "acme-key" }));

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("/webhooks")]
    [InlineData("example.com")]
    [InlineData("https://user:password@example.com/")]
    public void A_receiver_is_an_http_address_without_a_password(string address)
    {
        var options = Valid();
        options.ReceiverUrl = address;

        var error = Assert.Single(Check(Id, options));
        Assert.StartsWith($"Webhooks:DeliveryTests:{Id}:ReceiverUrl is not an http or https address", error, StringComparison.Ordinal);
        Assert.DoesNotContain("password@", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://203.0.114/", "203.0.114")]
    [InlineData("http://0x7f.1/hook", "0x7f.1")]
    [InlineData("https://010.0.0.1:8443", "010.0.0.1")]
    [InlineData("https://3405803783?x", "3405803783")]
    [InlineData("https://8.8.8.08#y", "8.8.8.08")]
    [InlineData("https://8.8.8.8./", "8.8.8.8.")]
    [InlineData("https://[fe80::1%251]/", "fe80::1%251")]
    public void A_receiver_s_host_is_a_name_or_an_address_in_full(string url, string host)
    {
        var options = Valid();
        options.ReceiverUrl = url;
        options.AllowPrivateAddresses = true;

        Assert.StartsWith($"Webhooks:DeliveryTests:{Id}:ReceiverUrl has the host '{host}', which is not an address in full", Assert.Single(Check(Id, options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("https://127.0.0.1:8443/hook")]
    [InlineData("https://[::1]:8443/hook")]
    [InlineData("https://[::ffff:169.254.169.254]/")]
    public void A_receiver_that_would_never_be_called_is_a_mistake(string url)
    {
        var options = Valid();
        options.ReceiverUrl = url;

        Assert.Contains("which is not a public address", Assert.Single(Check(Id, options)), StringComparison.Ordinal);
        options.AllowPrivateAddresses = true;
        Assert.Empty(Check(Id, options));
    }

    [Theory]
    [InlineData("https://8.8.8.8/hook")]
    [InlineData("https://8.8.8.8:8443")]
    [InlineData("HTTPS://[2606:4700::1111]:8443/hook")]
    [InlineData("https://203.example.com/")]
    [InlineData("https://localhost/")]
    public void A_receiver_may_be_a_name_or_a_public_address(string url)
    {
        var options = Valid();
        options.ReceiverUrl = url;

        Assert.Empty(Check(Id, options));
    }

    [Theory]
    [InlineData("qi-tech")]
    [InlineData("custom")]
    [InlineData("begni")]
    public void A_scheme_is_one_with_a_shared_key(string scheme)
    {
        var options = Valid();
        options.Scheme = scheme;

        var error = Assert.Single(Check(Id, options));
        Assert.Equal($"Webhooks:DeliveryTests:{Id}:Scheme is '{scheme}': give one of aghanim, begini, github, shopify, slack, standard-webhooks, stripe, svix.", error);
    }

    [Fact]
    public void A_secret_is_named_and_never_written_down()
    {
        var options = Valid();
        options.ApiKeySecret = "the key itself!";

        var error = Assert.Single(Check(Id, options));
        Assert.StartsWith($"Webhooks:DeliveryTests:{Id}:ApiKeySecret is not the name of a secret", error, StringComparison.Ordinal);
        Assert.DoesNotContain("itself!", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_is_not_there_is_reported()
    {
        var options = Valid();
        options.ApiKeySecret = "other";

        Assert.StartsWith("Secrets:other is not set, and ", Assert.Single(Check(Id, options)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_the_scheme_cannot_use_is_reported()
    {
        var options = Valid();
        options.Scheme = "standard-webhooks";
        options.ApiKeySecret = "short-key";

        Assert.StartsWith("Secrets:short-key is not a key that the scheme standard-webhooks can sign with: ", Assert.Single(Check(Id, options)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public-key", "it is a public key, and a key that can sign is needed")]
    [InlineData("weak-key", "it has 10 bytes, and a shared secret needs 16")]
    [InlineData("placeholder", "it is a placeholder, and no secret")]
    [InlineData("pem-key", "it has several lines, and it must fit into a header")]
    public void An_API_key_that_cannot_serve_is_reported(string secret, string problem)
    {
        var options = Valid();
        options.Scheme = "standard-webhooks";
        options.ApiKeySecret = secret;

        Assert.Equal($"Secrets:{secret} is not a key that the scheme standard-webhooks can sign with: {problem}.", Assert.Single(Check(Id, options)));
    }

    [Theory]
    [InlineData("acme-key", "Webhooks:DeliveryTests:a:ApiKeySecret and Webhooks:DeliveryTests:b:ApiKeySecret name the same secret, 'acme-key', so the two clients could not be told apart: give each a secret of its own.")]
    [InlineData("copy", "Secrets:acme-key and Secrets:copy:1 are the same API key, so the two clients could not be told apart: give each client a key of its own.")]
    public void Two_clients_with_one_API_key_are_reported(string secret, string error)
    {
        var other = Valid();
        other.ApiKeySecret = secret;

        Assert.Equal(error, Assert.Single(Check(("a", Valid()), ("b", other))));
    }

    [Fact]
    public void A_client_may_have_one_key_twice()
        => Assert.Empty(Check(Id, new DeliveryTestOptions { ApiKeySecret = "twice" }));

    [Fact]
    public void A_client_id_is_letters_and_digits()
        => Assert.Contains("'a b' is not the id of a client", Assert.Single(Check("a b", Valid())), StringComparison.Ordinal);

    private static DeliveryTestOptions Valid() => new() { ApiKeySecret = "acme-key", ReceiverUrl = "https://example.com/webhook-receiver" };

    private static List<string> Check(string id, DeliveryTestOptions options) => Check((id, options));

    private static List<string> Check(params (string Id, DeliveryTestOptions Options)[] clients)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Secrets:acme-key"] = "an api key of acme",
            ["Secrets:short-key"] = "whsec_MfKQ",
            ["Secrets:public-key"] = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
            ["Secrets:weak-key"] = "kE9fVb2Qx7",
            ["Secrets:placeholder"] = "<the API key of the client>",
            ["Secrets:pem-key"] = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----",
            ["Secrets:copy:0"] = "another api key of acme",
            ["Secrets:copy:1"] = "an api key of acme\n",
            ["Secrets:twice:0"] = "an api key of acme",
            ["Secrets:twice:1"] = "an api key of acme",
        }).Build();
        var validator = new DeliveryTestsOptionsValidator(new SourceReading([], []), new ConfigurationSecretReader(configuration), new BoundSettings<KeyVaultOptions>(new KeyVaultOptions()));
        return [.. validator.Validate(null, new DeliveryTestsOptions { DeliveryTests = clients.ToDictionary(client => client.Id, client => client.Options, StringComparer.Ordinal) }).Failures ?? []];
    }
}
