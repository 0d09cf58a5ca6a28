using System.Reflection;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>
/// One assembly with its folders, as its compiled types show them: a folder is the first part of a namespace below the
/// root's.
/// </summary>
internal sealed class House
{
    private readonly string _root;

    private House(Assembly assembly, string root)
    {
        Assembly = assembly;
        _root = root;
        Types = [.. new ArchLoader().LoadAssembly(assembly).Build().Types.Where(type => type.Namespace.FullName == root || type.Namespace.FullName.StartsWith(root + '.', StringComparison.Ordinal))];
    }

    /// <summary>Who sends and how they sign.</summary>
    public static House Senders { get; } = new(typeof(Senders.Assurance).Assembly, "FunctionsIngest.Senders");

    /// <summary>Ingestion on Azure Storage.</summary>
    public static House Core { get; } = new(typeof(WebhookIngestion).Assembly, "FunctionsIngest");

    /// <summary>The command line.</summary>
    public static House Cli { get; } = new(Assembly.Load("FunctionsIngest.Cli"), "FunctionsIngest.Cli");

    /// <summary>The local host.</summary>
    public static House Local { get; } = new(Assembly.Load("FunctionsIngest.Local"), "FunctionsIngest.Local");

    public Assembly Assembly { get; }

    /// <summary>The types of the assembly.</summary>
    public IReadOnlyList<IType> Types { get; }

    /// <summary>The folders.</summary>
    public IReadOnlyList<string> Folders => [.. Types.Select(FolderOf).Where(folder => folder.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The pattern of slices by folder.</summary>
    public string Pattern => $"{_root}.(*)";

    /// <summary>A type's folder; empty for the root.</summary>
    public string FolderOf(IType type) => type.Namespace.FullName.Length == _root.Length ? "" : type.Namespace.FullName[(_root.Length + 1)..].Split('.')[0];

    /// <summary>What a type uses of its own assembly, itself and what is nested in it left out.</summary>
    public IEnumerable<IType> UsedBy(IType type)
        => type.Dependencies.Select(dependency => dependency.Target).Where(target => Types.Contains(target) && OutermostNameOf(target) != OutermostNameOf(type)).Distinct();

    /// <summary>The full name of the type that a type is nested in, or its own.</summary>
    public static string OutermostNameOf(IType type) => type.FullName.Split('+')[0];

    /// <summary>The public types outside of the root.</summary>
    public IEnumerable<string> PublicTypesInFolders()
        => Assembly.GetExportedTypes().Where(type => type.Namespace is { } folder && folder != _root).Select(type => type.FullName!);

    /// <summary>The types of the root, without what is nested in them.</summary>
    public IEnumerable<string> RootTypes()
        => Assembly.GetTypes().Where(type => type.Namespace == _root && !type.IsNested && type.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null).Select(type => type.Name);
}
