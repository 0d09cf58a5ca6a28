using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Replay;

/// <summary>
/// What makes two webhooks the same one: a SHA-256 over the source's name and the parts that the scheme names.
/// The event's id and the row's keys follow from it, and are therefore stable for ever.
/// </summary>
internal readonly partial record struct ReplayKey
{
    /// <summary>What an event's id ends with if the event is a replay of another one: this and a number.</summary>
    public const char ReplayMark = '~';

    private ReplayKey(string source, string eventId)
    {
        Source = source;
        EventId = eventId;
    }

    /// <summary>The source's name.</summary>
    public string Source { get; }

    /// <summary>The event's id: 64 hexadecimal digits, lower case; of a replay, <see cref="ReplayMark"/> and a number after them.</summary>
    public string EventId { get; }

    /// <summary>The row's partition: one of 256 per source, so that no source is bound to one partition's 2,000 entities a second.</summary>
    public string PartitionKey => $"{Source}-{EventId[..2]}";

    /// <summary>The row's key within its partition.</summary>
    public string RowKey => EventId[2..];

    /// <summary>The key that an event's id was derived from.</summary>
    public static ReplayKey FromEventId(string source, string eventId) => new(source, eventId);

    /// <summary>Whether a text has the form of an event's id.</summary>
    public static bool IsEventId(string text) => EventIdForm().IsMatch(text);

    /// <summary>Starts a key of a source.</summary>
    /// <param name="source">The source's name.</param>
    /// <param name="kind">What the parts are, so that an id can never equal a hash of contents.</param>
    public static Builder For(string source, string kind)
    {
        var builder = new Builder(source);
        builder.Add(Encoding.UTF8.GetBytes(source));
        builder.Add(Encoding.UTF8.GetBytes(kind));
        return builder;
    }

    [GeneratedRegex(@"^[0-9a-f]{64}(~[0-9]{1,10})?\z")]
    private static partial Regex EventIdForm();

    /// <summary>Hashes part by part, each with its length before it, so that no two lists of parts run together.</summary>
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
