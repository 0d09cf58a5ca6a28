using System.Net;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Cli.Identities;
using FunctionsIngest.Configuration;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Cli.Diagnostics;

/// <summary>Looks at everything that a webhook needs.</summary>
/// <param name="terminal">Where the command runs.</param>
/// <param name="configuration">The settings.</param>
/// <param name="target">The storage that the user named.</param>
/// <param name="app">The app's address.</param>
internal sealed class Doctor(Terminal terminal, IConfiguration configuration, StorageTarget target, Uri app)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Looks.</summary>
    public async IAsyncEnumerable<Check> ExamineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return CheckConfiguration();
        yield return await CheckSecretsAsync(cancellationToken);
        if (TryOpen(out var storage) is { } wrong)
        {
            yield return wrong;
        }
        else
        {
            await foreach (var check in new StorageDoctor(storage!, terminal.Time).ExamineAsync(cancellationToken))
                yield return check;
        }

        yield return await CheckAppAsync(cancellationToken);
    }

    private Check CheckConfiguration()
    {
        var sources = AppConfiguration.SourcesOf(configuration).Sources;
        var mistakes = MistakesIn(configuration);
        return mistakes.Count > 0
            ? new Check("configuration", ExitCode.Usage, $"{mistakes.Count} to mend", string.Join(Environment.NewLine, mistakes))
            : Check.Well("configuration", $"{sources.Count} sources: {string.Join(", ", sources.Keys.Order(StringComparer.Ordinal))}");
    }

    /// <summary>
    /// What the app itself would say at its start, but for the storage, which this command may have been told
    /// otherwise.
    /// </summary>
    private static List<string> MistakesIn(IConfiguration configuration)
    {
        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration).BuildServiceProvider();
        return [.. SettingsMistakes.Find(services).Where(mistake => mistake.OptionsType != typeof(StorageOptions)).SelectMany(mistake => mistake.Failures)];
    }

    private async Task<Check> CheckSecretsAsync(CancellationToken cancellationToken)
    {
        if (target.Tokens.Refuse(configuration, KeyVaultOptions.UriKey, AzureService.Vault) is { } refusal)
            return new Check(SecretsDoctor.Name, ExitCode.Usage, "the vault was not asked", refusal);

        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration).BuildServiceProvider();
        var options = services.GetRequiredService<BoundSettings<KeyVaultOptions>>().Value;
        var settings = new SecretClientOptions { Retry = { MaxRetries = 1, NetworkTimeout = Patience } };
        try
        {
            var vault = options.UsesVault
                ? new KeyVaultSecretReader(new SecretClient(new Uri(options.Uri!), Credentials.For(options.ClientId), settings), Options.Create(options), terminal.Time)
                : null;
            return await new SecretsDoctor(services.GetRequiredService<SourceReading>().Sources, services.GetRequiredService<BoundSettings<DeliveryTestsOptions>>().Value, vault).ExamineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or UriFormatException or AggregateException)
        {
            return new Check(SecretsDoctor.Name, ExitCode.Unreachable, $"{options.Uri} cannot be read: {exception.FirstLine()}", "Sign in with 'az login' as somebody with the role Key Vault Secrets User, and see whether the vault lets this network in.");
        }
    }

    private Check? TryOpen(out AppStorage? storage)
    {
        storage = null;
        try
        {
            storage = AppStorage.Open(terminal, AppConfiguration.StorageOf(configuration, target));
            return null;
        }
        catch (CommandException exception)
        {
            return new Check("storage", ExitCode.Usage, "no usable connection", exception.Message);
        }
    }

    private async Task<Check> CheckAppAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Patience };
        var ready = new Uri(app, "/health/ready");
        try
        {
            using var response = await http.GetAsync(ready, cancellationToken);
            var body = (await response.Content.ReadAsStringAsync(cancellationToken)).ReplaceLineEndings(" ");
            return response.StatusCode switch
            {
                HttpStatusCode.OK => Check.Well("app", $"{app.GetLeftPart(UriPartial.Authority)} is ready"),
                HttpStatusCode.ServiceUnavailable => new Check("app", ExitCode.No, $"{app.GetLeftPart(UriPartial.Authority)} is not ready: {body[..Math.Min(body.Length, 300)]}", "See the app's log for the part that is unreachable."),
                var status => new Check("app", ExitCode.No, $"{ready} answered {(int)status}", "Something else listens there, or the app is older than this command: give its address with --url."),
            };
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Check("app", ExitCode.Unreachable, $"{app.GetLeftPart(UriPartial.Authority)} does not answer: {exception.FirstLine()}", "Start it (dotnet run --project src/FunctionsIngest.Local), or give its address with --url.");
        }
    }
}
