using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Cli.Diagnostics;

/// <summary>Looks at the secrets, as the app does when it reads them.</summary>
/// <param name="sources">The sources without a mistake.</param>
/// <param name="clients">The clients of the delivery test.</param>
/// <param name="vault">
/// The vault; null: the secrets are in the configuration, whose check has looked at them already.
/// </param>
internal sealed class SecretsDoctor(IReadOnlyList<Source> sources, DeliveryTestsOptions clients, ISecretReader? vault)
{
    /// <summary>The check's name.</summary>
    public const string Name = "secrets";

    /// <summary>Looks.</summary>
    /// <exception cref="Exception">The vault could not be read.</exception>
    public async Task<Check> ExamineAsync(CancellationToken cancellationToken)
    {
        if (vault is null)
            return Check.Well(Name, $"read from the configuration{Allowances()}");

        var mistakes = new List<string>();
        var uses = Uses().ToList();
        foreach (var (name, user, problemIn) in uses)
        {
            var versions = await vault.ReadAsync(name, text => problemIn(text) is null, cancellationToken);
            if (versions.Count == 0)
                mistakes.Add($"{vault.Describe(name)} has no value in force: set it with az keyvault secret set --vault-name <name> --name {name} --file <file>.");
            foreach (var version in versions)
            {
                if (problemIn(version.Value) is { } problem)
                    mistakes.Add($"{vault.Describe(name, version)} is not a key that {user} can use: {problem}. Add a good version, and disable this one.");
            }
        }

        return mistakes.Count > 0
            ? new Check(Name, ExitCode.No, $"{mistakes.Count} to mend{Allowances()}", string.Join(Environment.NewLine, mistakes.Distinct(StringComparer.Ordinal)))
            : Check.Well(Name, $"{uses.Select(use => use.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count()} read from the vault{Allowances()}");
    }

    private IEnumerable<(string Name, string User, Func<string, string?> ProblemIn)> Uses()
    {
        foreach (var source in sources)
        {
            foreach (var use in SecretUse.Of(source))
                yield return (use.Name, $"source '{source.Name}'", text => SecretCheck.ReadKeys(source, use.Kind, text, out _));
        }

        // What is wrong with their settings is left to the check of the configuration.
        foreach (var (id, client) in clients.DeliveryTests)
        {
            if (client.ApiKeySecret is { } name && SourceFactory.IsSecretName(name) && DeliveryTestsOptionsValidator.CreateScheme(client) is { } scheme)
                yield return (name, $"the delivery test's client '{id}'", text => SecretCheck.ReadSigningKey(scheme, text, out _));
        }
    }

    private string Allowances()
        => string.Concat(sources.OrderBy(source => source.Name, StringComparer.Ordinal).SelectMany(source => new[]
        {
            source.AllowWeakSecret ? $"; '{source.Name}' sets {nameof(SourceOptions.AllowWeakSecret)}" : "",
            source.AllowSharedSecret ? $"; '{source.Name}' sets {nameof(SourceOptions.AllowSharedSecret)}" : "",
        }));
}
