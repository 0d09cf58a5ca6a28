using Azure.Identity;
using FunctionsIngest.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>Who the app is towards Azure. Sets environment variables that nothing else in these tests reads.</summary>
public class CredentialsTests
{
    private const string Endpoint = "IDENTITY_ENDPOINT";
    private const string Header = "IDENTITY_HEADER";

    [Theory]
    [InlineData(null, null)]
    [InlineData("11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555")]
    public async Task In_Azure_the_managed_identity_reads_the_vault(string? clientId, string? askedFor)
    {
        await using var vault = await FakeVault.StartAsync(new FakeTimeProvider());
        var version = vault.Add("shop-key", "key-number-one");
        var asked = new List<(string? ClientId, string? Resource, string? Header)>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var identity = builder.Build();
        identity.Run(context =>
        {
            var query = context.Request.Query;
            asked.Add((query["client_id"], query["resource"], context.Request.Headers["X-IDENTITY-HEADER"]));
            var expires = TimeProvider.System.GetUtcNow().AddHours(24).ToUnixTimeSeconds();
            return context.Response.WriteAsJsonAsync(new { access_token = FakeVault.Token, expires_on = $"{expires}", resource = "https://vault.example", token_type = "Bearer" });
        });
        await identity.StartAsync();

        Environment.SetEnvironmentVariable(Endpoint, $"{identity.Urls.Single()}/token");
        Environment.SetEnvironmentVariable(Header, "header-of-the-platform");
        try
        {
            var secret = await vault.CreateClient(Credentials.For(clientId)).GetSecretAsync("shop-key", version);

            Assert.Equal("key-number-one", secret.Value.Value);
            Assert.Equal([(askedFor, "https://vault.example", "header-of-the-platform")], asked);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Endpoint, null);
            Environment.SetEnvironmentVariable(Header, null);
        }
    }

    [Fact]
    public void Elsewhere_it_is_whoever_is_signed_in_to_the_Azure_CLI() => Assert.IsType<AzureCliCredential>(Credentials.For(null));
}
