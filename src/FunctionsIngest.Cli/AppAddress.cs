namespace FunctionsIngest.Cli;

/// <summary>The option <c>--url</c>: where the app, or one of its sources, is.</summary>
internal static class AppAddress
{
    /// <summary>The local host's.</summary>
    public const string LocalHost = "http://localhost:7071";

    /// <summary>Reads an address.</summary>
    /// <exception cref="CommandException">It is not an http or https address.</exception>
    public static Uri Parse(string? text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? url
            : throw new CommandException($"--url is '{text}', which is not an http or https address.");

    /// <summary>Reads the address of a source. One without a path is completed by the source's own.</summary>
    /// <param name="text">The option; null: the local host.</param>
    /// <param name="path">The source's path.</param>
    /// <exception cref="CommandException">It is not an http or https address.</exception>
    public static Uri ParseSource(string? text, string path)
    {
        var url = Parse(text ?? LocalHost);
        return url.PathAndQuery == "/" ? new Uri(url, path) : url;
    }
}
