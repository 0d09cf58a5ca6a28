using System.Net;
using System.Text.Json;
using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

/// <summary>What a sender gets with a 200.</summary>
internal static class Acknowledgement
{
    /// <summary>Reads it.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="status">What it must say.</param>
    /// <returns>The event's id.</returns>
    public static string Read(Answer answer, string status)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(status, json.RootElement.GetProperty("status").GetString());
        return json.RootElement.GetProperty("id").GetString()!;
    }
}
