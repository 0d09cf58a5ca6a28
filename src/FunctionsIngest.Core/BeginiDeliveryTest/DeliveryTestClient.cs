using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>Who may have a test webhook sent, and where to.</summary>
internal sealed class DeliveryTestClient(string id, DeliveryTestOptions options, CachedSecret secret, TimeProvider time)
{
    /// <summary>How many tests a client may have in a minute.</summary>
    public const int TestsPerMinute = 10;

    /// <summary>The client's id.</summary>
    public string Id => id;

    /// <summary>Where it receives webhooks; null if that is not configured.</summary>
    public Uri? Receiver { get; } = string.IsNullOrEmpty(options.ReceiverUrl) ? null : new Uri(options.ReceiverUrl);

    /// <summary>How its test webhook is signed.</summary>
    public SignatureScheme Scheme { get; } = DeliveryTestsOptionsValidator.CreateScheme(options);

    /// <summary>Whether the receiver may have an address that is not public.</summary>
    public bool AllowPrivateAddresses => options.AllowPrivateAddresses;

    /// <summary>How many tests it may have.</summary>
    public RequestLimit Limit { get; } = new(TestsPerMinute, time);

    /// <summary>The secret that holds its API keys.</summary>
    public CachedSecret Secret => secret;

    /// <summary>
    /// A read of the API key to wait for, if the key is not known yet; null if it is known, or must not be read now.
    /// </summary>
    public Task? Refresh() => secret.ReadingAt(time.GetUtcNow()) is null ? secret.TryRefresh() : null;

    /// <summary>Whether the API key is known.</summary>
    public bool HasKey => secret.ReadingAt(time.GetUtcNow()) is not null;

    /// <summary>
    /// Finds the offered key among the client's. Compares it with each of them, in constant time, whether one has
    /// matched or not.
    /// </summary>
    /// <param name="offeredHash">The SHA-256 of the offered key, so that its length shows nowhere either.</param>
    /// <returns>The key, which can sign; null if the client has no such key, or one that cannot be used.</returns>
    public VerificationKey? FindKey(ReadOnlySpan<byte> offeredHash)
    {
        string? found = null;
        foreach (var version in secret.VersionsAt(time.GetUtcNow()))
        {
            var text = SecretText.Trim(version.Value);
            if (CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(text)), offeredHash))
                found = text;
        }

        VerificationKey? key = null;
        return found is null || SecretCheck.ReadSigningKey(Scheme, found, out key) is not null ? null : key;
    }
}
