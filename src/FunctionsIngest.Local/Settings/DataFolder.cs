namespace FunctionsIngest.Local.Settings;

/// <summary>A folder of the local data.</summary>
internal static class DataFolder
{
    /// <summary>Makes the folder if it is missing, and tries to write to it.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="StartUpException">It is a file, or cannot be written to.</exception>
    public static void Prepare(string path)
    {
        try
        {
            if (File.Exists(path))
                throw Refuse("it is a file");
            Directory.CreateDirectory(path);
            var trial = Path.Combine(path, $".trial.{Environment.ProcessId}");
            File.WriteAllBytes(trial, []);
            File.Delete(trial);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refuse(exception.Message.TrimEnd('.'));
        }

        StartUpException Refuse(string problem)
            => new($"The local host cannot keep its data in {path}: {problem}. Set Local:DataPath to a folder that it may write to, or mend this one.");
    }
}
