using System.Security.Cryptography;
using System.Text.Json;
using FunctionsIngest.Configuration;
using FunctionsIngest.Secrets;

namespace FunctionsIngest.Local;

/// <summary>Secrets for the default sources, made on this machine for this machine.</summary>
internal static class DevelopmentSecrets
{
    private const string Section = "Secrets:";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>Writes the file, readable by its owner only, unless it is there.</summary>
    /// <returns>Whether it was written.</returns>
    public static bool CreateIfMissing(string path)
    {
        if (Path.Exists(path))
            return false;

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Environment.ProcessId}";
        using (var file = SecretFile.Create(unfinished, FileMode.Create))
            JsonSerializer.Serialize(file, new { Secrets = Make() }, Readable);

        try
        {
            File.Move(unfinished, path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster: its secrets hold.
            File.Delete(unfinished);
            return false;
        }
    }

    /// <summary>Reads the text of the file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="settings">The secrets as settings.</param>
    /// <returns>Null, or what is wrong, without a value of the text.</returns>
    public static string? Read(string text, out Dictionary<string, string?> settings)
    {
        if (JsonSettings.Read(text, out settings) is { } problem)
            return problem;
        return settings.Keys.Any(key => key.StartsWith(Section, StringComparison.OrdinalIgnoreCase))
            ? null
            : "it is not of the form { \"Secrets\": { \"begini-api-key\": \"…\" } }";
    }

    private static Dictionary<string, string> Make()
    {
        using var qiTech = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var qiTechPublic = "qitech-public-key";
        return new Dictionary<string, string>
        {
            ["begini-api-key"] = Random(),
            ["standardwebhooks-secret"] = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
            ["aghanim-secret"] = Random(),
            [qiTechPublic] = qiTech.ExportSubjectPublicKeyInfoPem(),
            [ConfigurationSecretReader.SigningNameOf(qiTechPublic)] = qiTech.ExportPkcs8PrivateKeyPem(),
        };
    }

    private static string Random() => RandomNumberGenerator.GetHexString(64, lowercase: true);
}
