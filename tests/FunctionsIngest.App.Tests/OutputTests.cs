using System.Diagnostics;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

public sealed class OutputTests
{
    private const string QueueExtension = "Microsoft.Azure.WebJobs.Extensions.Storage.Queues";

    private static readonly TimeSpan LongestPublish = TimeSpan.FromMinutes(3);

    [Fact]
    public void The_metadata_of_the_output_names_exactly_the_functions_that_the_worker_announces()
        => Assert.Equal(
            string.Join("\n", ExpectedFunctions.All),
            string.Join("\n", Read("functions.metadata").AsArray()
                .SelectMany(function => function!["bindings"]!.AsArray().Select(binding => $"{function["name"]} {BindingText.Of(binding!.AsObject())}"))
                .Order(StringComparer.Ordinal)));

    [Fact]
    public void The_host_is_told_how_to_start_the_worker()
    {
        var description = Read("worker.config.json")["description"]!;

        Assert.Equal("dotnet-isolated", (string?)description["language"]);
        Assert.Equal("FunctionsIngest.dll", (string?)description["defaultWorkerPath"]);
    }

    [Theory]
    [InlineData("Microsoft.Azure.Functions.Worker")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Http")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues")]
    [InlineData("Microsoft.Azure.Functions.Worker.Extensions.Timer")]
    [InlineData("Microsoft.Azure.Functions.Worker.OpenTelemetry")]
    public void The_worker_s_packages_have_the_pinned_versions(string package)
    {
        var pinned = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "app", "Directory.Packages.props"))
            .Descendants("PackageVersion").Single(version => (string?)version.Attribute("Include") == package).Attribute("Version")!.Value;

        Assert.Contains($"{package}/{pinned}", Read("FunctionsIngest.deps.json")["libraries"]!.AsObject().Select(library => library.Key));
    }

    [Fact]
    public void The_host_loads_the_extension_for_queues_in_the_version_that_the_worker_asks_for()
    {
        var (name, wanted) = ExtensionOf("Microsoft.Azure.Functions.Worker.Extensions.Storage.Queues.dll");
        Assert.Equal(QueueExtension, name);

        var built = Read(".azurefunctions/function.deps.json")["libraries"]!.AsObject()
            .Select(library => library.Key.Split('/')).Single(library => library[0] == QueueExtension)[1];
        var extension = Assert.Single(Read("extensions.json")["extensions"]!.AsArray(), entry => (string?)entry!["name"] == "AzureStorageQueues")!;

        // A feed that lacks this very version gives the next patch.
        Assert.Equal(wanted.ToString(2), Version.Parse(built).ToString(2));
        Assert.True(Version.Parse(built) >= wanted, $"{built} is older than {wanted}.");
        Assert.Contains($"{QueueExtension}, Version={built}.0,", (string?)extension["typeName"], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(WorkerAssembly.Folder, (string)extension["hintPath"]!)));
    }

    [Fact]
    public void The_host_s_settings_are_those_that_the_app_relies_on()
    {
        var host = Read("host.json");

        Assert.Equal("2.0", (string?)host["version"]);
        // Routes begin at the root.
        Assert.Equal("", (string?)host["extensions"]!["http"]!["routePrefix"]);
        var queues = host["extensions"]!["queues"]!;
        // Messages are plain JSON.
        Assert.Equal("none", (string?)queues["messageEncoding"]);
        Assert.Equal("00:00:30", (string?)queues["visibilityTimeout"]);
        Assert.Equal(5, (int?)queues["maxDequeueCount"]);
        Assert.Equal(16, (int?)queues["batchSize"]);
        Assert.Equal(8, (int?)queues["newBatchThreshold"]);
        Assert.Equal("00:00:02", (string?)queues["maxPollingInterval"]);
    }

    [Fact]
    public async Task A_publish_holds_the_whole_app_and_never_the_settings_of_one_machine()
    {
        var folder = Directory.CreateTempSubdirectory("publish-").FullName;
        try
        {
            var settings = Path.Combine(folder, "local.settings.json");
            var published = Path.Combine(folder, "app");
            await File.WriteAllTextAsync(settings, """{"Values":{"Secrets__begini-api-key":"hush"}}""");

            await PublishAsync(published, settings);

            var files = Directory.EnumerateFiles(published, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(published, file)).ToList();
            string[] expected =
            [
                ".azurefunctions/function.deps.json", "FunctionsIngest.dll", "extensions.json", "functions.metadata", "host.json", "worker.config.json",
            ];
            Assert.All(expected, file => Assert.Contains(file, files));
            Assert.DoesNotContain(files, file => Path.GetFileName(file) == "local.settings.json");
            foreach (var file in Directory.EnumerateFiles(published, "*.json", SearchOption.AllDirectories))
                Assert.DoesNotContain("hush", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(WorkerAssembly.Folder, file)))!;

    /// <summary>The host's extension that an extension of the worker names in an attribute of its assembly.</summary>
    private static (string Name, Version Version) ExtensionOf(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(WorkerAssembly.Folder, assembly)));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference
                || metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is not { Kind: HandleKind.TypeReference } type
                || !metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)type).Name, "ExtensionInformationAttribute"))
            {
                continue;
            }

            var arguments = metadata.GetBlobReader(attribute.Value);
            arguments.ReadUInt16();
            return (arguments.ReadSerializedString()!, Version.Parse(arguments.ReadSerializedString()!));
        }

        throw new InvalidOperationException($"{assembly} names no extension of the host.");
    }

    private static async Task PublishAsync(string folder, string settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "publish", WorkerAssembly.ProjectFolder, "--no-build", "--configuration", WorkerAssembly.Configuration,
                "--output", folder, $"-property:LocalSettings={settings}", "-nodeReuse:false",
            },
        };
        using var publish = Process.Start(start)!;
        var output = publish.StandardOutput.ReadToEndAsync();
        var errors = publish.StandardError.ReadToEndAsync();
        try
        {
            await publish.WaitForExitAsync().WaitAsync(LongestPublish, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            publish.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(publish.ExitCode == 0, $"{await output}{await errors}");
    }
}
