using Azure;

namespace FunctionsIngest.Storage;

/// <summary>Recognises the failures that answer a call: what it is about is not there, or has been changed.</summary>
internal static class StorageFailureExtensions
{
    /// <summary>Whether what the call is about is not there, or its table, container or queue is not.</summary>
    public static bool IsMissing(this RequestFailedException exception) => exception.Status == 404;

    /// <summary>Whether an If-Match did not hold: what the call is about has been changed.</summary>
    public static bool IsChanged(this RequestFailedException exception) => exception.Status == 412;

    /// <summary>Whether a call with If-Match has met nothing, or another version.</summary>
    public static bool IsMissingOrChanged(this RequestFailedException exception) => exception.IsMissing() || exception.IsChanged();

    /// <summary>The answer to a call that reads.</summary>
    /// <returns>The answer; null if what it is about is not there.</returns>
    public static async Task<T?> OrNullIfMissingAsync<T>(this Task<Response<T>> call)
        where T : class
    {
        try
        {
            return (await call).Value;
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }
}
