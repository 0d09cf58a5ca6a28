using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Configuration;
using FunctionsIngest.Secrets;
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

    [Fact]
    public void A_client_id_is_letters_and_digits()
        => Assert.Contains("'a b' is not the id of a client", Assert.Single(Check("a b", Valid())), StringComparison.Ordinal);

    private static DeliveryTestOptions Valid() => new() { ApiKeySecret = "acme-key", ReceiverUrl = "https://example.com/webhook-receiver" };

    private static List<string> Check(string id, DeliveryTestOptions options)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Secrets:acme-key"] = "an api key",
            ["Secrets:short-key"] = "whsec_AAAA",
        }).Build();
        var validator = new DeliveryTestsOptionsValidator(new ConfigurationSecretReader(configuration), new BoundSettings<KeyVaultOptions>(new KeyVaultOptions()));
        return [.. validator.Validate(null, new DeliveryTestsOptions { DeliveryTests = { [id] = options } }).Failures ?? []];
    }
}
