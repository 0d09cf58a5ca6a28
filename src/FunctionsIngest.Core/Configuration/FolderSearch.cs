namespace FunctionsIngest.Configuration;

/// <summary>Finds the folder that a program or a person works in, such as a repository.</summary>
internal static class FolderSearch
{
    /// <summary>The nearest folder, from one upwards, that holds a file.</summary>
    /// <param name="folder">Where to begin.</param>
    /// <param name="file">The file, from the folder that is looked for.</param>
    /// <returns>The folder; null if there is none.</returns>
    public static string? FindAbove(string folder, string file)
    {
        for (var candidate = new DirectoryInfo(folder); candidate is not null; candidate = candidate.Parent)
        {
            if (File.Exists(Path.Combine(candidate.FullName, file)))
                return candidate.FullName;
        }

        return null;
    }
}
