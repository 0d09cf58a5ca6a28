using Azure;
using Azure.Identity;

namespace FunctionsIngest.Cli.Identities;

/// <summary>What to do where the storage could not be used.</summary>
internal static class StorageAdvice
{
    /// <summary>The advice that fits a failure.</summary>
    public static string For(Exception exception) => exception switch
    {
        AggregateException { InnerException: { } inner } => For(inner),
        AuthenticationFailedException => "Sign in with 'az login'.",
        RequestFailedException { ErrorCode: "KeyBasedAuthenticationNotPermitted" } =>
            "The account takes no keys: sign in with 'az login', and give its address in place of the connection string, such as --storage https://<account>.blob.core.windows.net.",
        RequestFailedException { ErrorCode: "AuthenticationFailed" or "InvalidAuthenticationInfo" } =>
            "The key or the sign-in is not of this account: copy the connection string whole, or sign in with 'az login' and give the account's address with --storage.",
        RequestFailedException { Status: 401 or 403 } =>
            "See whether your sign-in has the roles Storage Blob, Queue and Table Data Contributor on the account, and whether the account lets this network in.",
        _ => "Start the local host, or name another storage with --storage or the variable WebhookStorage.",
    };
}
