using System.Security.Cryptography;

namespace FunctionsIngest.App.Tests;

/// <summary>A key pair for QI Tech's webhooks, made for this run.</summary>
internal static class QiTechKey
{
    /// <summary>What QI Tech sends in its header <c>API-CLIENT-KEY</c>.</summary>
    public const string ClientKey = "qitech-test-client-key";

    /// <summary>The key that signs.</summary>
    public static ECDsa Private { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    /// <summary>The public half, as PEM.</summary>
    public static string Public { get; } = Private.ExportSubjectPublicKeyInfoPem();
}
