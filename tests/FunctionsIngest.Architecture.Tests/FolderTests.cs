using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>The walls inside the assemblies, which the compiler does not keep.</summary>
public sealed class FolderTests
{
    /// <summary>The folders of Core in their order: a folder uses those before it and no others.</summary>
    private static readonly string[] CoreOrder =
    [
        "Configuration", "Telemetry", "Storage", "Bodies", "Outbound",
        "Ledger",
        "Sources", "Secrets", "Queueing",
        "Receiving",
        "Handling", "Archive", "Poison", "Processing", "Replaying",
        "Sweeping", "Health",
        "BeginiDeliveryTest",
    ];

    /// <summary>The folders of Senders in their order.</summary>
    private static readonly string[] SendersOrder = ["Payloads", "Keys", "Signatures", "Catalogue", "Diagnosis"];

    /// <summary>
    /// The types of Core's root that users implement or get. They use each other and nothing above them.
    /// </summary>
    private static readonly string[] Contracts = ["IWebhookHandler", "WebhookEvent"];

    /// <summary>The types of Core's root that put everything together. No folder uses them.</summary>
    private static readonly string[] Composition = ["WebhookIngestion", "WebhookHandlerServiceCollectionExtensions", "WebhookIngestionEndpointRouteBuilderExtensions", "WebhookIngestionServiceCollectionExtensions"];

    public static TheoryData<string> Assemblies() => new("Senders", "Core", "Cli", "Local");

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_two_folders_use_each_other_in_a_circle(string assembly)
    {
        var house = Find(assembly);

        SliceRuleDefinition.Slices().Matching(house.Pattern).Should().BeFreeOfCycles().Check(new ArchLoader().LoadAssembly(house.Assembly).Build());
    }

    [Fact]
    public void A_folder_of_Core_uses_only_folders_before_it() => AssertOrder(House.Core, CoreOrder);

    [Fact]
    public void A_folder_of_Senders_uses_only_folders_before_it() => AssertOrder(House.Senders, SendersOrder);

    [Fact]
    public void Every_type_of_the_root_is_a_contract_or_composition()
        => Assert.Equal(Contracts.Concat(Composition).Order(StringComparer.Ordinal), House.Core.RootTypes().Order(StringComparer.Ordinal));

    [Fact]
    public void Contracts_use_nothing_above_them()
        => AssertNone(
            from type in House.Core.Types
            where Contracts.Contains(type.Name)
            from used in House.Core.UsedBy(type)
            where !Contracts.Contains(used.Name)
            select $"{type.FullName} uses {used.FullName}");

    [Fact]
    public void No_folder_uses_composition()
        => AssertNone(
            from type in House.Core.Types
            where House.Core.FolderOf(type).Length > 0
            from used in House.Core.UsedBy(type)
            where House.Core.FolderOf(used).Length == 0 && !Contracts.Contains(used.Name)
            select $"{type.FullName} uses {used.FullName}");

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_type_outside_of_the_root_is_public(string assembly) => AssertNone(Find(assembly).PublicTypesInFolders());

    // The runner's own message would cut the list short.
    private static void AssertNone(IEnumerable<string> findings)
    {
        var found = findings.ToArray();
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static House Find(string assembly) => assembly switch
    {
        "Senders" => House.Senders,
        "Core" => House.Core,
        "Cli" => House.Cli,
        _ => House.Local,
    };

    private static void AssertOrder(House house, string[] order)
    {
        Assert.Equal(order.Order(StringComparer.Ordinal), house.Folders);
        AssertNone(
            from type in house.Types
            let place = Array.IndexOf(order, house.FolderOf(type))
            where place >= 0
            from used in house.UsedBy(type)
            where Array.IndexOf(order, house.FolderOf(used)) > place
            select $"{type.FullName} uses {used.FullName}");
    }
}
