using System.Text.Json;
using FunctionsIngest.Cli;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Tests.Cli;

/// <summary>What holds for every command, and the commands that need no app.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string> Commands =>
    [
        "send", "verify", "events", "events list", "events show", "events tail", "poison", "poison list", "poison show", "poison redrive", "poison purge", "replay", "secrets", "secrets generate", "doctor",
    ];

    public static TheoryData<string> Mistakes =>
    [
        "", "nothing", "send", "send nobody", "send begini --count 0", "send begini --count x", "send begini --rate -1", "send begini --forge all", "send begini --secret k --url ftp://example.com",
        "send begini --secret k --body /no/such/file", "send begini --secret-file /no/such/file", "send begini", "send begini --secret k --forge time", "send standard-webhooks --secret whsec_AAAA",
        "send begini --secret k --timestamp tomorrowish", "send begini --secret k --body - --event-type x", "send begini --config /no/such/file", "verify begini", "verify begini --secret k --headers - --body /no/such/file",
        "events list --limit 0", "events list --since never", "events show abc", "events list --storage nonsense", "poison redrive", "poison redrive --all abcdef", "poison redrive abcdef --source begini", "poison purge --older-than long",
        "replay", "replay abcdef --since 1h", "secrets generate nothing", "secrets generate begini --asymmetric", "doctor --url nowhere",
    ];

    public static TheoryData<string> Schemes => [.. SchemeCatalogue.Names.Where(name => name != SchemeCatalogue.Custom)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_with_examples_and_exit_codes(string command)
    {
        var run = await CliRun.RunAsync([.. command.Split(' '), "--help"]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains($"Examples:\n  ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("  3  the address or the storage could not be reached", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_ends_with_2_and_a_sentence(string line)
    {
        var run = await CliRun.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.NotEmpty(run.Error);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kE9fVb2Qx7", "it has 10 bytes, and a shared secret needs 16, or Webhooks:Sources:github:AllowWeakSecret = true")]
    [InlineData("your-secret-here", "it is a placeholder, and no secret")]
    [InlineData("kE9fVb2Qx7Lm4Rt8", null)]
    public async Task Verify_says_that_the_app_refuses_a_secret_even_if_the_request_is_genuine(string secret, string? problem)
    {
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret), "{}"u8));
        var headers = CliRun.NewFile($"X-Hub-Signature-256: sha256={signature}\nX-GitHub-Event: push\n");

        var run = await CliRun.RunAsync("verify", "github", "--secret", secret, "--headers", headers, "--body", CliRun.NewFile("{}"));

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Equal(problem is null ? "" : $"The app refuses this secret: {problem}.", run.Error.ReplaceLineEndings(" ").Trim());
    }

    [Fact]
    public async Task The_names_of_commands_and_senders_are_completed()
    {
        Assert.Contains("poison", (await CliRun.RunAsync("[suggest:2]", "po")).Output, StringComparison.Ordinal);
        Assert.Contains("standard-webhooks", (await CliRun.RunAsync("[suggest:8]", "send sta")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public async Task A_generated_secret_signs_and_verifies(string name)
    {
        var run = await CliRun.RunAsync("secrets", "generate", name, "--json");

        using var json = JsonDocument.Parse(run.Output);
        var secret = json.RootElement.GetProperty("secret").GetString()!;
        var verifier = json.RootElement.TryGetProperty("publicKey", out var publicKey) ? publicKey.GetString()! : secret;
        RoundTrip(name, secret, verifier);
    }

    [Fact]
    public async Task A_pair_for_Standard_Webhooks_signs_and_verifies()
    {
        var run = await CliRun.RunAsync("secrets", "generate", "standard-webhooks", "--asymmetric");

        Assert.StartsWith("whsk_", run.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("whpk_", run.Lines[1], StringComparison.Ordinal);
        RoundTrip("standard-webhooks", run.Lines[0], run.Lines[1]);
    }

    [Fact]
    public async Task No_two_secrets_are_equal()
        => Assert.NotEqual((await CliRun.RunAsync("secrets", "generate", "begini")).Output, (await CliRun.RunAsync("secrets", "generate", "begini")).Output);

    [Fact]
    public async Task A_secret_goes_to_a_file_that_is_its_owners_alone_and_over_none()
    {
        var path = CliRun.NewFile("") + ".new";

        Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync("secrets", "generate", "qi-tech", "--out", path)).ExitCode);
        Assert.Contains("PRIVATE KEY", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        Assert.Contains("PUBLIC KEY", await File.ReadAllTextAsync(path + ".pub"), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(ExitCode.Usage, (await CliRun.RunAsync("secrets", "generate", "qi-tech", "--out", path)).ExitCode);
    }

    [Theory]
    [InlineData("begini")]
    [InlineData("aghanim")]
    [InlineData("standard-webhooks")]
    [InlineData("github")]
    [InlineData("stripe")]
    public async Task What_send_writes_down_verify_finds_genuine(string scheme)
    {
        var secret = CliRun.NewFile((await CliRun.RunAsync("secrets", "generate", scheme)).Output);
        var request = (await CliRun.RunAsync("send", scheme, "--secret-file", secret, "--dry-run")).Output.ReplaceLineEndings("\n");
        var end = request.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = CliRun.NewFile(request[..end]);
        var body = request[(end + 2)..].TrimEnd('\n');

        var genuine = await CliRun.RunAsync("verify", scheme, "--secret-file", secret, "--headers", headers, "--body", CliRun.NewFile(body));
        Assert.Equal(ExitCode.Ok, genuine.ExitCode);
        Assert.StartsWith("Genuine", genuine.Output, StringComparison.Ordinal);

        var forged = await CliRun.RunAsync("verify", scheme, "--secret-file", secret, "--headers", headers, "--body", CliRun.NewFile(body + "\n"), "--json");
        Assert.Equal(ExitCode.No, forged.ExitCode);
        using var json = JsonDocument.Parse(forged.Output);
        Assert.False(json.RootElement.GetProperty("genuine").GetBoolean());
        Assert.Equal("SignatureMismatch", json.RootElement.GetProperty("result").GetString());
        Assert.Contains("A newline was put at the body's end", json.RootElement.GetProperty("causes")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"event_type":"item.add","event_id":"1"}""", ExitCode.Ok, "Genuine")]
    [InlineData("""{"event_type":"player.left","event_id":"1"}""", ExitCode.No, "does not process its event type 'player.left' (400 Unknown event type): the source's EventTypes are item.add.")]
    [InlineData("""{"event_type":"player.verify","event_id":"1"}""", ExitCode.No, "refuses its event type 'player.verify' (400 Unknown event type): the sender acts on the answer")]
    [InlineData("""{"event_type":"item.add"}""", ExitCode.No, "an id at /idempotency_key or /event_id")]
    [InlineData("[]", ExitCode.No, "refuses its payload (400 Invalid payload)")]
    public async Task A_genuine_request_that_the_app_does_not_take_is_told(string body, int exitCode, string said)
    {
        var environment = new Dictionary<string, string?>
        {
            ["INGEST_SECRET"] = "a secret of some length",
            ["Webhooks__Sources__game__Scheme"] = "aghanim",
            ["Webhooks__Sources__game__Secrets__0"] = "game",
            ["Webhooks__Sources__game__EventTypes__0"] = "item.add",
        };
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var request = (await CliRun.RunAsync(environment, ["send", "game", "--dry-run", "--body", "-"], bytes)).Output;

        var run = await CliRun.RunAsync(environment, ["verify", "game", "--headers", CliRun.NewFile(request), "--body", "-"], bytes);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("Genuine", run.Output, StringComparison.Ordinal);
        Assert.Contains(said, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_captured_request_is_read_however_it_was_written_down()
    {
        var body = "{}"u8.ToArray();
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA512.HashData("key"u8, body));
        foreach (var headers in new[]
        {
            $"X-Signature: {signature}\r\nHost: example.com\r\n",
            $"POST /hook?x=1 HTTP/1.1\nx-signature:{signature}\n",
            $"> POST /hook HTTP/1.1\n> Host: example.com\n> X-Signature: {signature}\n>\n",
            $$"""{"Host":["example.com"],"x-signature":"{{signature}}"}""",
        })
        {
            var run = await CliRun.RunAsync(new Dictionary<string, string?> { ["INGEST_SECRET"] = "key" }, ["verify", "begini", "--headers", CliRun.NewFile(headers), "--body", "-"], body);
            Assert.Equal(ExitCode.Ok, run.ExitCode);
        }
    }

    [Fact]
    public async Task Settings_are_read_from_Core_Tools_files_too_and_the_environment_goes_before_them()
    {
        var file = CliRun.NewFile("""{"Values":{"Webhooks__Sources__acme__Scheme":"github","Webhooks__Sources__acme__Secrets__0":"acme","Secrets__acme":"from the file"}}""");

        var fromFile = await CliRun.RunAsync([], ["send", "acme", "--config", file, "--dry-run", "--id", "1"]);
        var fromEnvironment = await CliRun.RunAsync(new() { ["Secrets__acme"] = "from the environment" }, ["send", "acme", "--config", file, "--dry-run", "--id", "1"]);

        Assert.StartsWith("POST /webhooks/acme HTTP/1.1", fromFile.Output, StringComparison.Ordinal);
        Assert.Contains("X-Hub-Signature-256: sha256=", fromFile.Output, StringComparison.Ordinal);
        Assert.NotEqual(fromFile.Output, fromEnvironment.Output);
        Assert.DoesNotContain("from the", fromFile.Output + fromFile.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_curl_line_survives_quotes_and_bytes_that_are_no_text()
    {
        var quoted = await CliRun.RunAsync([], ["send", "begini", "--secret", "k", "--curl", "--body", "-"], "{\"it's\":1}"u8.ToArray());
        var bytes = await CliRun.RunAsync([], ["send", "begini", "--secret", "k", "--curl", "--body", "-"], [0, 255]);

        Assert.Contains(@"--data-raw '{""it'\''s"":1}'", quoted.Output, StringComparison.Ordinal);
        Assert.StartsWith("echo AP8= | base64 -d | curl ", bytes.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_nobody_listens_at_ends_with_3()
    {
        Assert.Equal(ExitCode.Unreachable, (await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", "http://127.0.0.1:1/")).ExitCode);
        Assert.Equal(ExitCode.Unreachable, (await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", "http://127.0.0.1:1/", "--count", "3")).ExitCode);
    }

    private static void RoundTrip(string name, string secret, string verifier)
    {
        var scheme = SchemeCatalogue.Create("tested", new SourceOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;
        Assert.Null(scheme.ReadKey(secret.Trim(), out var signingKey));
        Assert.Null(scheme.ReadKey(verifier.Trim(), out var key));
        var headers = new HeaderDictionary();
        scheme.Sign(headers, new OutgoingWebhook("1", DateTimeOffset.UnixEpoch, "/", "{}"u8.ToArray()), signingKey!);
        Assert.Equal(VerificationResult.Verified, scheme.Verify(new SignedRequest("POST", "/", headers, "{}"u8.ToArray()), [key!], DateTimeOffset.UnixEpoch));
    }
}
