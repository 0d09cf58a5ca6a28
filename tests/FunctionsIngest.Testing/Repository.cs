using FunctionsIngest.Configuration;

namespace FunctionsIngest.Testing;

/// <summary>The repository that the tests were built in.</summary>
public static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = FolderSearch.FindAbove(AppContext.BaseDirectory, "FunctionsIngest.sln")
        ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds FunctionsIngest.sln.");

    /// <summary>
    /// Whether tests write the files that are made from the code, instead of comparing them: the variable
    /// <c>UPDATE_DOCS</c> is 1.
    /// </summary>
    public static bool UpdatesFiles { get; } = Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1";
}
