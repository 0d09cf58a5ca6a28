namespace FunctionsIngest.Secrets;

/// <summary>A file for secrets, which only its owner can read.</summary>
internal static class SecretFile
{
    /// <summary>Opens it to be written. On Windows, the folder's permissions hold.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="mode">What to do about a file that is there; its permissions stay as they are.</param>
    public static FileStream Create(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
