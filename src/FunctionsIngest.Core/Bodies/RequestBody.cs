using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Bodies;

/// <summary>A request's body as it came and, once asked for, as it was before the sender compressed it.</summary>
internal sealed class RequestBody(BodyBuffer raw, IHeaderDictionary headers, BodyBudget budget, string source, int limit) : IDisposable
{
    private BodyBuffer? _inflated;
    private ContentCodingResult? _coding;

    /// <summary>The bytes as they came.</summary>
    public ReadOnlyMemory<byte> Raw => raw.Bytes;

    /// <summary>The bytes before compression; those that came, if <see cref="InflateAsync"/> found no other.</summary>
    public ReadOnlyMemory<byte> Plain => (_inflated ?? raw).Bytes;

    /// <summary>Undoes the content coding, once.</summary>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    public async ValueTask<ContentCodingResult> InflateAsync()
    {
        if (_coding is null)
            (_coding, _inflated) = await ContentCoding.TryInflateAsync(headers, raw.Bytes, budget, source, limit);
        return _coding.Value;
    }

    /// <summary>Frees the bytes although a call that was given up may still read them.</summary>
    public void Abandon()
    {
        _inflated?.Abandon();
        raw.Abandon();
    }

    /// <summary>Frees the bytes.</summary>
    public void Dispose()
    {
        _inflated?.Dispose();
        raw.Dispose();
    }
}
