using System.Reflection;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>The Functions app as it was built with these tests.</summary>
internal static class WorkerAssembly
{
    /// <summary>The assembly that the host starts.</summary>
    public static string FilePath { get; } = FullPathOf("Worker");

    /// <summary>The folder that is deployed.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(FilePath)!;

    /// <summary>The folder of the app's project.</summary>
    public static string ProjectFolder { get; } = FullPathOf("WorkerProject");

    /// <summary>Debug or Release.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    private static string FullPathOf(string key) => Path.GetFullPath(Metadata(key), AppContext.BaseDirectory);

    private static string Metadata(string key)
        => typeof(WorkerAssembly).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
