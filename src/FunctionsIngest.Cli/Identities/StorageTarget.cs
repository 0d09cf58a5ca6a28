namespace FunctionsIngest.Cli.Identities;

/// <summary>The storage that the user named.</summary>
/// <param name="Connection">
/// The option <c>--storage</c>: a connection string, or an address of the account; null: none.
/// </param>
/// <param name="Tokens">Where the user's token may go.</param>
internal sealed record StorageTarget(string? Connection, TokenTargets Tokens);
