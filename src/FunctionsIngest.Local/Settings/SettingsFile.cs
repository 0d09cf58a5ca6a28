
namespace FunctionsIngest.Local.Settings;

/// <summary>
/// A file of settings that is read again while the host runs. If it cannot be read by then, what was read before goes
/// on: the providers of .NET would go on with nothing, and the host without a key.
/// </summary>
internal sealed class SettingsFile : ConfigurationProvider, IConfigurationSource
{
    private readonly SettingsReader _read;
    private (DateTime WrittenAt, long Length)? _seen;
    private bool _mayBeUnfinished;

    private SettingsFile(string path, SettingsReader read)
    {
        Path = path;
        _read = read;
        _seen = Look();
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Whether it is there.</summary>
    public bool Exists => _seen is not null;

    /// <summary>Opens a file. One that is missing has no settings yet.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="read">Reads its text.</param>
    /// <param name="remedy">What to do about a file that cannot be read.</param>
    /// <exception cref="StartUpException">It is there and cannot be read.</exception>
    public static SettingsFile Open(string path, SettingsReader read, string remedy)
    {
        var file = new SettingsFile(path, read);
        if (System.IO.Path.Exists(path) && file.TryRead() is { } problem)
            throw new StartUpException($"The settings {path} cannot be used: {problem}. {remedy}");
        return file;
    }

    /// <summary>Reads the file if it has changed since the last look.</summary>
    /// <param name="problem">
    /// Why it cannot be read: told once, at the second look that finds it so, because somebody may still be writing at
    /// the first.
    /// </param>
    /// <returns>Whether it was read.</returns>
    public bool TryReadChange(out string? problem)
    {
        problem = null;
        var now = Look();
        var rests = now == _seen;
        if (rests && !_mayBeUnfinished)
            return false;

        _seen = now;
        var failure = TryRead();
        _mayBeUnfinished = failure is not null && !rests;
        if (failure is null)
            OnReload();
        else if (rests)
            problem = failure;
        return failure is null;
    }

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    private string? TryRead()
    {
        if (!File.Exists(Path))
            return Directory.Exists(Path) ? "it is a folder" : "it is gone";

        try
        {
            var problem = _read(File.ReadAllText(Path), out var settings);
            if (problem is null)
                Data = settings;
            return problem;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message.TrimEnd('.');
        }
    }

    private (DateTime WrittenAt, long Length)? Look()
    {
        var file = new FileInfo(Path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
    }
}
