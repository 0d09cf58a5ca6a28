using Azure.Core;
using Azure.Identity;

namespace FunctionsIngest.Configuration;

/// <summary>Who the app is towards Azure.</summary>
internal static class Credentials
{
    /// <summary>
    /// The managed identity where Azure offers one to the process, and elsewhere the user who is signed in to the Azure
    /// CLI. No other credential is tried: a chain of them costs seconds at start-up and fails with a page of text.
    /// </summary>
    /// <param name="clientId">
    /// The client id of a user-assigned identity; null or empty: the system-assigned one.
    /// </param>
    public static TokenCredential For(string? clientId)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("IDENTITY_ENDPOINT")))
            return new AzureCliCredential();

        return new ManagedIdentityCredential(
            string.IsNullOrEmpty(clientId) ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId));
    }
}
