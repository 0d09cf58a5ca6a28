using FunctionsIngest.Configuration;
using FunctionsIngest.Local.Azurite;

namespace FunctionsIngest.Local;

/// <summary>
/// The repository that this host was built in: it holds Azurite's lock file and, unseen by git, the local data.
/// </summary>
internal static class RepositoryRoot
{
    /// <summary>
    /// The root, found from the program's own folder upwards, so that the current folder does not matter.
    /// </summary>
    /// <exception cref="StartUpException">The program was moved out of its repository.</exception>
    public static string Find()
        => FolderSearch.FindAbove(AppContext.BaseDirectory, AzuriteInstallation.LockFile) ?? throw new StartUpException(
            $"No folder above {AppContext.BaseDirectory} holds {AzuriteInstallation.LockFile}. Run the local host from its repository: dotnet run --project src/FunctionsIngest.Local");
}
