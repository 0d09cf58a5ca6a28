using System.Text;

namespace FunctionsIngest.Outbound;

/// <summary>The beginning of an answer's body, read no further than <see cref="MaxBytes"/>.</summary>
internal sealed class AnswerBeginning
{
    /// <summary>How much of a body is read.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int FirstBytes = 4096;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;

    /// <summary>What has been read, as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes, 0, _length);

    /// <summary>Reads. If this throws, <see cref="Text"/> has what was read before.</summary>
    /// <exception cref="IOException">The answer broke.</exception>
    /// <exception cref="HttpRequestException">The answer broke.</exception>
    public async Task ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        while (_length < MaxBytes)
        {
            if (_length == _bytes.Length)
                Array.Resize(ref _bytes, MaxBytes);

            // One byte at a time: a read that comes upon a broken chunk throws, and what it had read of the good chunks
            // before would be lost.
            if (await body.ReadAsync(_bytes.AsMemory(_length, 1), cancellationToken) == 0)
                return;

            _length++;
        }
    }
}
