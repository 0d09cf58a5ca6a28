using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Health;

/// <summary>What readiness found, by part and without a name of any resource.</summary>
internal sealed class Readiness(IReadOnlyDictionary<Readiness.Part, bool> parts)
{
    /// <summary>What a webhook needs.</summary>
    internal enum Part
    {
        /// <summary>Table storage, which has the rows.</summary>
        Table,

        /// <summary>The Storage queue.</summary>
        Queue,

        /// <summary>Blob storage, which has large bodies.</summary>
        Blob,

        /// <summary>A usable key for every source.</summary>
        Secrets,
    }

    /// <summary>Whether every part answers.</summary>
    public bool IsReady => parts.Values.All(isReady => isReady);

    /// <summary>The answer: 200 or 503, with a word for each part.</summary>
    public IResult ToResult() => Results.Json(
        new
        {
            status = Word(IsReady),
            checks = parts.ToDictionary(part => part.Key.ToString().ToLowerInvariant(), part => Word(part.Value)),
        },
        statusCode: IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static string Word(bool isReady) => isReady ? "ready" : "unreachable";
}
