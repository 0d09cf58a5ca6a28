using System.Text.Json.Nodes;

namespace FunctionsIngest.App.Tests;

/// <summary>The settings of <c>local.settings.sample.json</c>, filled in.</summary>
internal static class SampleSettings
{
    private static readonly Dictionary<string, string> Secrets = new()
    {
        ["Secrets__begini-api-key"] = Genuine.BeginiKey,
        ["Secrets__standardwebhooks-secret"] = Genuine.StandardSecret,
        ["Secrets__aghanim-secret"] = Genuine.AghanimSecret,
        ["Secrets__qitech-public-key"] = QiTechKey.Public,
        ["Secrets__qitech-client-key"] = QiTechKey.ClientKey,
    };

    /// <summary>Reads the sample, with a secret for each placeholder.</summary>
    /// <param name="storage">The connection string of the storage account to use.</param>
    public static Dictionary<string, string> FilledIn(string storage)
    {
        var file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "local.settings.sample.json"));
        return JsonNode.Parse(file)!["Values"]!.AsObject().ToDictionary(
            setting => setting.Key,
            setting => setting.Value!.GetValue<string>() switch
            {
                "UseDevelopmentStorage=true" => storage,
                ['<', ..] => Secrets[setting.Key],
                var value => value,
            });
    }
}
