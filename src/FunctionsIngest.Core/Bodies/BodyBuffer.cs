using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Bodies;

/// <summary>
/// A body as it is read: in a rented buffer that grows with what arrives, and from 1 MiB on in a file. Never larger
/// than the limit, and never more than the budget allows.
/// </summary>
internal sealed class BodyBuffer : IDisposable
{
    private const int FirstBufferBytes = 16 * 1024;

    private readonly BodyBudget _budget;
    private readonly int _limit;
    private byte[] _held = [];
    private int _heldLength;
    private FileStream? _file;
    private int _fileLength;
    private SpoolFile? _spooled;

    /// <param name="budget">What all bodies share.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    public BodyBuffer(BodyBudget budget, int limit)
    {
        _budget = budget;
        _limit = limit;
    }

    /// <summary>The bytes, once all of them are there. Valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _spooled?.Memory ?? _held.AsMemory(0, _heldLength);

    /// <summary>Reads a request's body.</summary>
    /// <param name="request">The request.</param>
    /// <param name="budget">What all bodies share.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The body; null if it is larger than the limit.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    /// <exception cref="IOException">
    /// The caller hung up in the middle of it, or sent something that is not a body
    /// (<see cref="BadHttpRequestException"/>).
    /// </exception>
    public static async Task<BodyBuffer?> ReadAsync(HttpRequest request, BodyBudget budget, int limit, CancellationToken cancellationToken)
        => request.ContentLength > limit ? null : await ReadAsync(request.Body, budget, limit, cancellationToken);

    /// <summary>Reads a stream to its end.</summary>
    /// <returns>The bytes; null if there are more than the limit.</returns>
    public static async Task<BodyBuffer?> ReadAsync(Stream stream, BodyBudget budget, int limit, CancellationToken cancellationToken)
    {
        var body = new BodyBuffer(budget, limit);
        try
        {
            if (await body.FillAsync(stream, cancellationToken))
                return body;

            body.Dispose();
            return null;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Frees the bytes although a call that was given up may still read them: the buffer is then never rented to
    /// anybody else.
    /// </summary>
    public void Abandon()
    {
        _budget.LetGo(_held.Length);
        (_held, _heldLength) = ([], 0);
        Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ReturnHeld();
        if (_file is not null)
        {
            _file.Dispose();
            _file = null;
            _budget.Unspool(_fileLength);
        }

        ((IDisposable?)_spooled)?.Dispose();
        _spooled = null;
    }

    private async Task<bool> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            await MakeRoomAsync(cancellationToken);
            var read = await stream.ReadAsync(_held.AsMemory(_heldLength), cancellationToken);
            if (read == 0)
                break;

            _heldLength += read;
            if (_fileLength + (long)_heldLength > _limit)
                return false;
        }

        if (_file is not null)
        {
            await SpoolHeldAsync(cancellationToken);
            ReturnHeld();
            // From here on the bytes are freed with the mapping, after its last reader.
            _spooled = SpoolFile.Map(_file, _budget.Unspool);
            _file = null;
        }

        return true;
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        if (_heldLength < _held.Length)
            return;

        if (_held.Length >= BlobBody.MaxBytesHeld)
        {
            _file ??= SpoolFile.Create();
            await SpoolHeldAsync(cancellationToken);
            return;
        }

        var larger = Rent(Math.Max(_held.Length * 2, FirstBufferBytes));
        _held.AsSpan(0, _heldLength).CopyTo(larger);
        var length = _heldLength;
        ReturnHeld();
        (_held, _heldLength) = (larger, length);
    }

    private async Task SpoolHeldAsync(CancellationToken cancellationToken)
    {
        _budget.Spool(_heldLength);
        _fileLength += _heldLength;
        await _file!.WriteAsync(_held.AsMemory(0, _heldLength), cancellationToken);
        _heldLength = 0;
    }

    private byte[] Rent(int size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            _budget.Hold(buffer.Length);
            return buffer;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private void ReturnHeld()
    {
        if (_held.Length == 0)
            return;

        _budget.LetGo(_held.Length);
        ArrayPool<byte>.Shared.Return(_held);
        (_held, _heldLength) = ([], 0);
    }
}
