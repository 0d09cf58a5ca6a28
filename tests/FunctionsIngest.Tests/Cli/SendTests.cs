using System.Text;
using System.Text.Json;
using FunctionsIngest.Cli;
using FunctionsIngest.Tests.BeginiDeliveryTest;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Tests.Cli;

/// <summary>What <c>ingest send</c> refuses to send, shows, and takes for an answer.</summary>
public sealed class SendTests
{
    private const string Token = "a-token-that-nobody-must-see";

    private static readonly Dictionary<string, string?> TokenSource = new()
    {
        ["Webhooks__Sources__acme__Scheme"] = "custom",
        ["Webhooks__Sources__acme__Secrets__0"] = "acme",
        ["Webhooks__Sources__acme__Signature__Header"] = "X-Token",
        ["Webhooks__Sources__acme__Signature__Algorithm"] = "token",
        ["Secrets__acme"] = Token,
    };

    public static TheoryData<int, string, int, string> Answers => new()
    {
        { 200, """{"status":"accepted","id":"1"}""", ExitCode.Ok, "accepted" },
        { 200, """{"status":"duplicate","id":"1"}""", ExitCode.Ok, "duplicate" },
        { 200, """{"status":"ignored"}""", ExitCode.Ok, "ignored" },
        { 200, """{"status":"accepted"}""", ExitCode.No, "200 by something else" },
        { 200, """{"status":"ok","id":"1"}""", ExitCode.No, "200 by something else" },
        { 200, "<html>Your Functions app is up and running</html>", ExitCode.No, "200 by something else" },
        { 200, "", ExitCode.No, "200 by something else" },
        { 200, "[1]", ExitCode.No, "200 by something else" },
        { 204, "", ExitCode.No, "204 by something else" },
        { 202, """{"status":"accepted","id":"1"}""", ExitCode.No, "202 by something else" },
        { 403, """{"detail":"Validation Failure"}""", ExitCode.No, "403 Validation Failure" },
        { 302, "", ExitCode.No, "302" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_an_answer_of_this_app_counts(int status, string body, int exitCode, string outcome)
    {
        await using var receiver = await Receiver.StartAsync(context => AnswerAsync(context, status, body));

        var one = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url, "--json");
        var many = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url, "--json", "--count", "2");

        Assert.Equal((exitCode, exitCode), (one.ExitCode, many.ExitCode));
        using var answer = JsonDocument.Parse(one.Output);
        Assert.Equal(outcome, answer.RootElement.GetProperty("answer").GetProperty("outcome").GetString());
        using var outcomes = JsonDocument.Parse(many.Output);
        Assert.Equal(2, outcomes.RootElement.GetProperty("outcomes").GetProperty(outcome).GetInt32());
    }

    [Fact]
    public async Task A_200_by_something_else_is_explained()
    {
        await using var receiver = await Receiver.StartAsync(context => AnswerAsync(context, 200, "hello"));

        var run = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url);

        Assert.Equal(ExitCode.No, run.ExitCode);
        Assert.Contains("Something else than this app answered", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/webhooks/begini")]
    [InlineData("/", "/webhooks/begini")]
    [InlineData("/hook", "/hook")]
    [InlineData("/?x=1", "/?x=1")]
    public async Task An_address_without_a_path_gets_the_source_s(string path, string sentTo)
    {
        string? asked = null;
        await using var receiver = await Receiver.StartAsync(context =>
        {
            asked = context.Request.Path + context.Request.QueryString;
            return AnswerAsync(context, 200, """{"status":"accepted","id":"1"}""");
        });

        await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url + path);

        Assert.Equal(sentTo, asked);
    }

    [Fact]
    public async Task An_answer_is_shown_without_what_acts_on_a_terminal()
    {
        await using var receiver = await Receiver.StartAsync(context => AnswerAsync(context, 403, "{\"detail\":\"\u202e\"}\u001b[2J\u009b"));

        var text = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url);
        var json = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url, "--json");
        var many = await CliRun.RunAsync("send", "begini", "--secret", "k", "--url", receiver.Url, "--count", "2");

        foreach (var run in new[] { text, json, many })
            Assert.DoesNotContain(run.Output, character => character is '\u202e' or '\u001b' or '\u009b');
        Assert.Contains("\\u202E", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_cannot_be_copied_from_a_screen_is_shown_as_base64()
    {
        foreach (var body in new[] { "{\"a\":\"\u202e\"}", "{\"a\":\"\u009b2J\"}" })
        {
            foreach (var option in new[] { "--dry-run", "--curl", "--json" })
            {
                var run = await CliRun.RunAsync([], ["send", "begini", "--secret", "k", "--body", "-", "--url", "http://127.0.0.1:1", option], Encoding.UTF8.GetBytes(body));

                Assert.DoesNotContain(run.Output, character => character is '\u202e' or '\u009b');
                Assert.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(body)), run.Output.Replace("\\u002B", "+", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("github", "--event-type", "a\nb")]
    [InlineData("github", "--event-type", "ü")]
    [InlineData("shopify", "--event-type", "a\u202eb")]
    [InlineData("begini", "--event-type", "a\u2028b")]
    [InlineData("standard-webhooks", "--id", "a\r\nX-Other: b")]
    [InlineData("standard-webhooks", "--id", "ü")]
    public async Task What_a_header_cannot_carry_is_refused_before_it_is_sent(string scheme, string option, string value)
    {
        var secret = CliRun.NewFile((await CliRun.RunAsync("secrets", "generate", scheme)).Output);
        await using var receiver = await Receiver.StartAsync(context => AnswerAsync(context, 200, ""));

        foreach (var more in new[] { "--json", "--dry-run", "--curl" })
        {
            var run = await CliRun.RunAsync("send", scheme, "--secret-file", secret, option, value, "--url", receiver.Url, more);

            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Empty(run.Output);
            Assert.DoesNotContain(run.Error.TrimEnd(), character => char.IsControl(character) || character is '\u202e' or '\u2028');
        }

        Assert.Equal(0, receiver.Requests);
    }

    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--curl")]
    [InlineData("--dry-run", "--json")]
    [InlineData("--dry-run", "--forge", "signature")]
    [InlineData("--json")]
    [InlineData("--url", "http://127.0.0.1:1/x")]
    public async Task A_token_is_not_shown(params string[] options)
    {
        var run = await CliRun.RunAsync(TokenSource, ["send", "acme", .. options]);

        Assert.Contains("<redacted>", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Token[..^8], run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_sent_as_it_is()
    {
        string? sent = null;
        await using var receiver = await Receiver.StartAsync(context =>
        {
            sent = context.Request.Headers["X-Token"];
            return AnswerAsync(context, 200, """{"status":"accepted","id":"1"}""");
        });

        Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync(TokenSource, ["send", "acme", "--url", receiver.Url])).ExitCode);
        Assert.Equal(Token, sent);
    }

    [Fact]
    public async Task A_token_goes_over_https_only()
    {
        var run = await CliRun.RunAsync(TokenSource, ["send", "acme", "--url", "http://hook.invalid/"]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("give an https address", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, (await CliRun.RunAsync(TokenSource, ["send", "acme", "--url", "https://127.0.0.1:1/"])).ExitCode);
    }

    [Fact]
    public async Task QI_Tech_s_token_and_client_key_are_not_shown()
    {
        var secret = CliRun.NewFile((await CliRun.RunAsync("secrets", "generate", "qi-tech")).Lines is var lines ? string.Join('\n', lines[..Array.IndexOf(lines, "-----END PRIVATE KEY-----")]) + "\n-----END PRIVATE KEY-----" : "");
        var environment = new Dictionary<string, string?>
        {
            ["Webhooks__Sources__qitech__Scheme"] = "qi-tech",
            ["Webhooks__Sources__qitech__Secrets__0"] = "qitech",
            ["Webhooks__Sources__qitech__ClientKey"] = "client",
            ["Secrets__client"] = Token,
        };

        foreach (var option in new[] { "--dry-run", "--curl" })
        {
            var run = await CliRun.RunAsync(environment, ["send", "qitech", "--secret-file", secret, option]);

            Assert.Equal(ExitCode.Ok, run.ExitCode);
            Assert.DoesNotContain(Token, run.Output + run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("eyJ", run.Output + run.Error, StringComparison.Ordinal);
            Assert.Contains("API-CLIENT-KEY: <redacted>", run.Output, StringComparison.Ordinal);
            Assert.Contains("AUTHORIZATION: <redacted>", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("send gihtub --secret k", "Did you mean github?")]
    [InlineData("send acne --secret k", "Did you mean acme?")]
    [InlineData("verify satndard-webhooks --headers x --body x", "Did you mean standard-webhooks?")]
    [InlineData("secrets generate Stripe", "Did you mean stripe?")]
    [InlineData("send acme --secret k --forge bdoy", "Did you mean body?")]
    [InlineData("send misspelt --secret k", "did you mean 'stripe'?")]
    [InlineData("evnets list", "events")]
    public async Task A_mistyped_name_is_recognised(string line, string suggestion)
    {
        var environment = new Dictionary<string, string?>(TokenSource) { ["Webhooks__Sources__misspelt__Scheme"] = "stirpe", ["Webhooks__Sources__misspelt__Secrets__0"] = "acme" };

        var run = await CliRun.RunAsync(environment, line.Split(' '));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(suggestion, run.Output + run.Error, StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        if (body.Length > 0)
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }
}
