using System.Text.RegularExpressions;

namespace FunctionsIngest.Infra;

/// <summary>Identities instead of keys, the least that works, nothing open that need not be.</summary>
[Collection(nameof(Templates))]
public sealed partial class SecurityTests(Templates templates)
{
    // Built-in roles on data; none of them can change a resource, its roles or its keys.
    private static readonly Dictionary<string, string> AppRoles = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Microsoft.Storage/storageAccounts", // Storage Blob Data Owner
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Microsoft.Storage/storageAccounts", // Storage Queue Data Contributor
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Microsoft.Storage/storageAccounts", // Storage Table Data Contributor
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Microsoft.KeyVault/vaults", // Key Vault Secrets User
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Microsoft.Insights/components", // Monitoring Metrics Publisher
    };

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Storage_takes_no_key_no_anonymous_reader_and_no_old_TLS(string deployment)
    {
        var account = Single(deployment, "Microsoft.Storage/storageAccounts");

        Assert.Equal("false", account.Text("allowSharedKeyAccess"));
        Assert.Equal("false", account.Text("allowBlobPublicAccess"));
        Assert.Equal("true", account.Text("supportsHttpsTrafficOnly"));
        Assert.Equal("TLS1_2", account.Text("minimumTlsVersion"));
        var containers = templates.Resources(deployment).Where(resource => resource.Is("Microsoft.Storage/storageAccounts/blobServices/containers")).ToList();
        Assert.Equal(["deployments", "webhook-archive", "webhook-payloads", "webhook-poison"], containers.Select(container => container.Name.Split('/')[^1]).Order());
        Assert.All(containers, container => Assert.Equal("None", container.Text("publicAccess")));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Telemetry_takes_no_key(string deployment)
    {
        Assert.Equal("true", Single(deployment, "Microsoft.Insights/components").Text("DisableLocalAuth"));
        Assert.Equal("true", Single(deployment, "Microsoft.OperationalInsights/workspaces").Text("features", "disableLocalAuth"));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void The_vault_goes_by_roles_and_cannot_be_purged(string deployment)
    {
        var vault = Single(deployment, "Microsoft.KeyVault/vaults");

        Assert.Equal("true", vault.Text("enableRbacAuthorization"));
        Assert.Equal("true", vault.Text("enablePurgeProtection"));
        Assert.Null(vault.Text("accessPolicies"));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void The_app_is_reached_by_HTTPS_and_published_to_without_a_password(string deployment)
    {
        var app = Single(deployment, "Microsoft.Web/sites");

        Assert.Equal("true", app.Text("httpsOnly"));
        Assert.Equal("1.2", app.Text("siteConfig", "minTlsVersion"));
        Assert.Equal("Disabled", app.Text("siteConfig", "ftpsState"));
        Assert.Equal("UserAssigned", app.Json["identity"]!["type"]!.GetValue<string>());
        Assert.Equal("UserAssignedIdentity", app.Text("functionAppConfig", "deployment", "storage", "authentication", "type"));
        var policies = templates.Resources(deployment).Where(resource => resource.Is("Microsoft.Web/sites/basicPublishingCredentialsPolicies")).ToList();
        Assert.Equal(2, policies.Count);
        Assert.All(policies, policy => Assert.Equal("false", policy.Text("allow")));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void The_app_has_five_roles_each_on_the_one_resource_that_it_is_for(string deployment)
    {
        var roles = templates.Resources(deployment).Where(resource => resource.Is("Microsoft.Authorization/roleAssignments")).ToDictionary(
            role => role.Text("roleDefinitionId")!.Split('/')[^1],
            role => ResourceScope().Match(role.Id).Groups["type"].Value);

        Assert.Equal(AppRoles.OrderBy(role => role.Key), roles.OrderBy(role => role.Key));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void No_setting_carries_a_secret(string deployment)
    {
        foreach (var (name, value) in templates.Settings(deployment))
        {
            Assert.False(name.StartsWith("Secrets__", StringComparison.OrdinalIgnoreCase), $"{name}: secrets belong into the vault.");
            Assert.DoesNotContain("AccountKey", value, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("SharedAccessSignature", value, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("listKeys", value, StringComparison.OrdinalIgnoreCase);
        }
    }

    [BicepFact]
    public void Private_networking_closes_storage_and_vault_and_opens_an_endpoint_for_each_service()
    {
        Assert.Equal("Disabled", Single("large", "Microsoft.Storage/storageAccounts").Text("publicNetworkAccess"));
        Assert.Equal("Disabled", Single("large", "Microsoft.KeyVault/vaults").Text("publicNetworkAccess"));
        var endpoints = templates.Resources("large").Where(resource => resource.Is("Microsoft.Network/privateEndpoints"))
            .Select(endpoint => endpoint.At("privateLinkServiceConnections")![0]!["properties"]!["groupIds"]![0]!.GetValue<string>());
        Assert.Equal(["blob", "queue", "table", "vault"], endpoints.Order());
        Assert.NotNull(Single("large", "Microsoft.Web/sites").Text("virtualNetworkSubnetId"));
        Assert.DoesNotContain(templates.Resources("main"), resource => resource.Is("Microsoft.Network/virtualNetworks"));
    }

    private Resource Single(string deployment, string type) => templates.Resources(deployment).Single(resource => resource.Is(type));

    [GeneratedRegex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/(?<type>[^/]+/[^/]+)/[^/]+/providers/Microsoft.Authorization/roleAssignments/[^/]+$")]
    private static partial Regex ResourceScope();
}
