using System.Text.RegularExpressions;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Infra;

/// <summary>The workflows of the repository. Nothing here runs them.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, ".github", "workflows");

    private static readonly string[] Files = [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. Files];

    [Fact]
    public async Task Actionlint_finds_nothing()
    {
        var (exitCode, output) = await Actionlint.ReadWorkflowsAsync();

        Assert.True(exitCode == 0, output);
        Assert.Contains($"Checking {Files.Length} workflow file(s)", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_action_is_pinned_by_a_commit_with_its_version_beside_it(string name)
    {
        var uses = Lines(name).Where(line => line.TrimStart(' ', '-').StartsWith("uses:", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Pin(), line));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_permission_is_given_to_a_whole_workflow(string name) => Assert.Contains("permissions: {}", Lines(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_workflow_says_what_happens_to_a_second_run(string name) => Assert.Contains("concurrency:", Lines(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_job_has_a_time_limit_and_its_own_permissions(string name)
    {
        var jobs = Jobs(name);

        Assert.NotEmpty(jobs);
        Assert.All(jobs, job =>
        {
            Assert.Single(job, line => line.StartsWith("    timeout-minutes: ", StringComparison.Ordinal));
            Assert.Single(job, line => line.StartsWith("    permissions:", StringComparison.Ordinal));
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_checkout_leaves_its_token_behind(string name)
    {
        var checkouts = Steps(name).Where(step => step.Any(line => line.Contains("uses: actions/checkout@", StringComparison.Ordinal))).ToArray();

        Assert.NotEmpty(checkouts);
        Assert.All(checkouts, step => Assert.Contains(step, line => line.Trim() == "persist-credentials: false"));
    }

    private static string[] Lines(string name) => File.ReadAllLines(Path.Combine(Folder, name));

    /// <summary>The lines of each job, its name first. A job is two spaces deep.</summary>
    private static List<List<string>> Jobs(string name) => Groups(Lines(name).SkipWhile(line => line != "jobs:").Skip(1), Job());

    /// <summary>The lines of each step, its dash first. A step is six spaces deep.</summary>
    private static List<List<string>> Steps(string name) => Groups(Lines(name), Step());

    private static List<List<string>> Groups(IEnumerable<string> lines, Regex first)
    {
        List<List<string>> groups = [];
        foreach (var line in lines)
        {
            if (first.IsMatch(line))
                groups.Add([line]);
            else if (groups.Count > 0)
                groups[^1].Add(line);
        }

        return groups;
    }

    [GeneratedRegex(@"uses: [a-z0-9-]+(/[a-z0-9-]+)+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$")]
    private static partial Regex Pin();

    [GeneratedRegex("^  [a-z0-9-]+:$")]
    private static partial Regex Job();

    [GeneratedRegex("^      - ")]
    private static partial Regex Step();
}
