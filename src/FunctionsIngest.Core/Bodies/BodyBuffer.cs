using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Bodies;

/// <summary>
/// A body as it is read: in a rented buffer that grows with what arrives to at most twice that, and from 1 MiB on in a
/// file. Never larger than the limit, and never more than the budget allows.
/// </summary>
internal sealed class BodyBuffer : IDisposable
{
    private const int InflatedPieceBytes = 16 * 1024;

    // What follows the first MiB is collected in pieces, so that a large body that waits keeps little in memory.
    private const int SpooledPieceBytes = 64 * 1024;

    private readonly BodyBudget _budget;
    private readonly BodyLease _lease;
    private readonly int _limit;
    private byte[] _held = [];
    private int _heldLength;
    private FileStream? _file;
    private int _fileLength;
    private SpoolFile? _spooled;

    private BodyBuffer(BodyBudget budget, string source, int limit)
    {
        _budget = budget;
        _lease = budget.Open(source);
        _limit = limit;
    }

    private int MostHeld => _file is null ? BlobBody.MaxBytesHeld : SpooledPieceBytes;

    /// <summary>The bytes, once all of them are there. Valid until this is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => _spooled?.Memory ?? _held.AsMemory(0, _heldLength);

    /// <summary>Reads a request's body, within <c>Webhooks:BodyWithin</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="budget">What all bodies share.</param>
    /// <param name="source">The source that the request is for.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The body; null if it is larger than the limit.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    /// <exception cref="BadHttpRequestException">
    /// The caller sent something that is not a body, or (408) the body did not arrive in time.
    /// </exception>
    /// <exception cref="IOException">The caller hung up in the middle of it.</exception>
    public static async Task<BodyBuffer?> ReadAsync(HttpRequest request, BodyBudget budget, string source, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            return null;

        var body = new BodyBuffer(budget, source, limit);
        return await body.WholeAsync(body.FillInTimeAsync(request.BodyReader, cancellationToken));
    }

    /// <summary>Reads a stream of bytes that are here already, such as a body that is inflated, to its end.</summary>
    /// <returns>The bytes; null if there are more than the limit.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    public static async Task<BodyBuffer?> ReadAsync(Stream stream, BodyBudget budget, string source, int limit, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: InflatedPieceBytes, leaveOpen: true));
        var body = new BodyBuffer(budget, source, limit);
        try
        {
            return await body.WholeAsync(body.FillAsync(reader, cancellationToken));
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>
    /// Frees the bytes although a call that was given up may still read them: the buffer is then never rented to
    /// anybody else.
    /// </summary>
    public void Abandon()
    {
        (_held, _heldLength) = ([], 0);
        Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        ReturnHeld();
        _file?.Dispose();
        _file = null;
        ((IDisposable?)_spooled)?.Dispose();
        _spooled = null;
        _lease.Dispose();
    }

    private async Task<BodyBuffer?> WholeAsync(Task<bool> filling)
    {
        var isWhole = false;
        try
        {
            isWhole = await filling;
            return isWhole ? this : null;
        }
        finally
        {
            if (!isWhole)
                Dispose();
        }
    }

    private async Task<bool> FillInTimeAsync(PipeReader reader, CancellationToken aborted)
    {
        // Most bodies have arrived with their headers, and need no deadline.
        if (reader.TryRead(out var first) && await AddAsync(reader, first, aborted) is { } isWhole)
            return isWhole;

        using var deadline = _budget.StartDeadline();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _lease.Wait(), aborted);
        try
        {
            return await FillAsync(reader, either.Token);
        }
        catch (OperationCanceledException) when (_lease.IsEnded)
        {
            throw new BodyBudgetExceededException();
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body did not arrive within Webhooks:BodyWithin.", StatusCodes.Status408RequestTimeout, exception);
        }
    }

    /// <returns>Whether the body is within the limit.</returns>
    private async Task<bool> FillAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await AddAsync(reader, await reader.ReadAsync(cancellationToken), cancellationToken) is { } isWhole)
                return isWhole;
        }
    }

    /// <returns>True if this was the end, false if it is too much; null if more is to come.</returns>
    private async ValueTask<bool?> AddAsync(PipeReader reader, ReadResult read, CancellationToken cancellationToken)
    {
        try
        {
            if (_fileLength + _heldLength + read.Buffer.Length > _limit)
                return false;

            foreach (var piece in read.Buffer)
                await AddAsync(piece, read.IsCompleted, cancellationToken);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }

        if (!read.IsCompleted)
            return null;

        if (_file is not null)
            await MapAsync(cancellationToken);
        _lease.Complete();
        return true;
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> piece, bool isLast, CancellationToken cancellationToken)
    {
        while (!piece.IsEmpty)
        {
            if (_heldLength == MostHeld)
                await SpoolHeldAsync(isLast, cancellationToken);

            var count = Math.Min(piece.Length, MostHeld - _heldLength);
            _lease.Take(BodyPlace.Memory, count, isLast);
            Grow(_heldLength + count);
            piece[..count].CopyTo(_held.AsMemory(_heldLength));
            _heldLength += count;
            piece = piece[count..];
        }
    }

    private void Grow(int length)
    {
        if (length <= _held.Length)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(length, _held.Length * 2), MostHeld));
        var copied = _heldLength;
        _held.AsSpan(0, copied).CopyTo(larger);
        ReturnHeld();
        (_held, _heldLength) = (larger, copied);
    }

    private async Task SpoolHeldAsync(bool isLast, CancellationToken cancellationToken)
    {
        _file ??= SpoolFile.Create();
        _lease.Take(BodyPlace.File, _heldLength, isLast);
        _fileLength += _heldLength;
        await _file.WriteAsync(_held.AsMemory(0, _heldLength), cancellationToken);
        ReturnHeld();
        _lease.GiveBack(BodyPlace.Memory);
    }

    private async Task MapAsync(CancellationToken cancellationToken)
    {
        await SpoolHeldAsync(isLast: true, cancellationToken);
        // From here on the bytes are freed with the mapping, after its last reader.
        _spooled = SpoolFile.Map(_file!, _ => _lease.GiveBack(BodyPlace.File));
        _file = null;
    }

    private void ReturnHeld()
    {
        if (_held.Length > 0)
            ArrayPool<byte>.Shared.Return(_held);
        (_held, _heldLength) = ([], 0);
    }
}
