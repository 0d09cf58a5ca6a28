using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// What makes two webhooks of a source the same one: a SHA-256 over the source's name and the parts that the scheme
/// names.
/// </summary>
/// <param name="Source">The source's name.</param>
/// <param name="Hash">The SHA-256: 64 hexadecimal digits, lower case.</param>
internal readonly record struct ReplayKey(string Source, string Hash)
{
    /// <summary>Starts a key of a source.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="kind">What the parts are, so that an id can never equal a hash of contents.</param>
    public static Builder For(string source, string kind) => new Builder(source).Add(source).Add(kind);

    /// <summary>
    /// Hashes part by part, each with its length before it, so that no two lists of parts run together.
    /// </summary>
    internal sealed class Builder(string source) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        /// <summary>Adds one part.</summary>
        public Builder Add(ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, part.Length);
            _hash.AppendData(length);
            _hash.AppendData(part);
            return this;
        }

        /// <summary>Adds one part as UTF-8.</summary>
        public Builder Add(string part) => Add(Encoding.UTF8.GetBytes(part));

        /// <summary>The key of all parts added so far.</summary>
        public ReplayKey Build() => new(source, Convert.ToHexStringLower(_hash.GetHashAndReset()));

        /// <inheritdoc />
        public void Dispose() => _hash.Dispose();
    }
}
