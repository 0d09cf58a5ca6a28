using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli.Identities;

/// <summary>The local host's Azurite, on its usual ports or on those that its settings name.</summary>
internal static class AzuriteConnection
{
    // The account and the key that every Azurite has; it publishes both.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string[] Ports = ["BlobPort", "QueuePort", "TablePort"];

    /// <summary>The connection string.</summary>
    public static string Of(IConfiguration configuration)
    {
        var azurite = configuration.GetSection("Local:Azurite");
        if (Array.TrueForAll(Ports, port => string.IsNullOrEmpty(azurite[port])))
            return "UseDevelopmentStorage=true";

        return string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoint("BlobPort", 10000)};QueueEndpoint={Endpoint("QueuePort", 10001)};TableEndpoint={Endpoint("TablePort", 10002)};");

        string Endpoint(string key, int usual)
            => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(ushort.TryParse(azurite[key], CultureInfo.InvariantCulture, out var port) && port > 0 ? port : usual)}/{Account}");
    }
}
