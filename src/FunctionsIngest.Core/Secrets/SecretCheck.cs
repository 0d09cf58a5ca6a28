using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Secrets;

/// <summary>
/// The one check of a secret's text: at the start, at every later read and in <c>ingest doctor</c>. Each method returns
/// null, or what is wrong, without a character of the text.
/// </summary>
internal static class SecretCheck
{
    /// <summary>The fewest bytes of a shared secret, unless its source sets <c>AllowWeakSecret</c>.</summary>
    public const int LeastSharedLength = 16;

    /// <summary>Reads the keys of a source's secret.</summary>
    /// <param name="source">The source.</param>
    /// <param name="role">What the secret is to it; a client key may be short, since it proves nothing.</param>
    /// <param name="text">The secret's text.</param>
    /// <param name="keys">The keys: one, or those of a JSON web key set; none if the text is wrong.</param>
    public static string? ReadKeys(Source source, SecretUse.Role role, string text, out IReadOnlyList<VerificationKey> keys)
    {
        if (role != SecretUse.Role.ClientKey)
            return Read(source.Scheme, text, source.AllowWeakSecret ? null : $", or Webhooks:Sources:{source.Name}:{nameof(SourceOptions.AllowWeakSecret)} = true", out keys);

        VerificationKey? clientKey = null;
        var problem = Placeholder.Find(text) ?? ClientKey.Read(text, out clientKey);
        keys = clientKey is null ? [] : [clientKey];
        return problem;
    }

    /// <summary>Reads a key that is sent in a header and signs as well, as those of the delivery test do.</summary>
    /// <param name="scheme">How it signs.</param>
    /// <param name="text">The secret's text.</param>
    /// <param name="key">The key; null if the text is wrong.</param>
    public static string? ReadSigningKey(SignatureScheme scheme, string text, out VerificationKey? key)
    {
        key = null;
        if (Read(scheme, text, "", out var keys) is { } problem)
            return problem;
        if (!keys[0].CanSign)
            return "it is a public key, and a key that can sign is needed";
        if (SecretText.Trim(text).Any(char.IsControl))
            return "it has several lines, and it must fit into a header";

        key = keys[0];
        return null;
    }

    /// <param name="scheme">How the secret is used.</param>
    /// <param name="text">The secret's text.</param>
    /// <param name="unless">What else than a longer secret is possible; null: a weak one is fine.</param>
    /// <param name="keys">The keys; none if the text is wrong.</param>
    private static string? Read(SignatureScheme scheme, string text, string? unless, out IReadOnlyList<VerificationKey> keys)
    {
        keys = [];
        if ((Placeholder.Find(text) ?? scheme.ReadKeys(text, out keys)) is { } problem)
            return problem;
        if (unless is null || keys.FirstOrDefault(key => key.SharedLength < LeastSharedLength) is not { } weak)
            return null;

        keys = [];
        return $"it has {weak.SharedLength} bytes, and a shared secret needs {LeastSharedLength}{unless}";
    }
}
