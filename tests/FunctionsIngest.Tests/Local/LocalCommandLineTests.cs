using FunctionsIngest.Local;

namespace FunctionsIngest.Tests.Local;

public sealed class LocalCommandLineTests
{
    [Theory]
    [InlineData("", false, null, "")]
    [InlineData("demo", true, null, "")]
    [InlineData("demo --against http://localhost:7071 --Webhooks:Archive false", true, "http://localhost:7071", "--Webhooks:Archive=false")]
    [InlineData("--urls http://127.0.0.1:0", false, null, "--urls=http://127.0.0.1:0")]
    [InlineData("--Local:DataPath=/data /Webhooks:MaxBodyBytes 10 WebhookQueue=q", false, null, "--Local:DataPath=/data --Webhooks:MaxBodyBytes=10 --WebhookQueue=q")]
    [InlineData("--Secrets:key=a=b", false, null, "--Secrets:key=a=b")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", false, null, "--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317")]
    public void A_command_its_option_and_settings_are_read(string line, bool isDemo, string? against, string settings)
    {
        var read = LocalCommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((isDemo, false, against, settings), (read.IsDemo, read.IsHelp, read.Against, string.Join(' ', read.Settings)));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    [InlineData("demo --help")]
    [InlineData("--urls x --help")]
    public void Help_is_asked_for_in_the_usual_ways(string line) => Assert.True(LocalCommandLine.Parse(line.Split(' ')).IsHelp);

    [Theory]
    [InlineData("dmeo", "'dmeo' is not a command. Did you mean demo?")]
    [InlineData("serve", "'serve' is not a command.")]
    [InlineData("--ulrs=http://localhost:1", "--ulrs is not an option or a setting. Did you mean --urls?")]
    [InlineData("--ulrs http://localhost:1", "--ulrs is not an option or a setting. Did you mean --urls?")]
    [InlineData("--Webhook:Archive=false", "--Webhook is not an option or a setting. Did you mean --Webhooks?")]
    [InlineData("demo --agianst http://localhost:1", "--agianst is not an option or a setting. Did you mean --against?")]
    [InlineData("--against http://localhost:1", "--against belongs to the command demo.")]
    [InlineData("--hlep", "--hlep needs a value. Did you mean --help?")]
    [InlineData("--urls", "--urls needs a value.")]
    [InlineData("--urls --Webhooks:Archive=false", "--urls needs a value.")]
    [InlineData("--Webhooks__Archive=false", "on the command line, write --Webhooks:Archive.")]
    public void A_mistake_is_told_with_what_was_meant(string line, string expected)
    {
        var mistake = Assert.Throws<StartUpException>(() => LocalCommandLine.Parse(line.Split(' ')));

        Assert.Contains(expected, mistake.Message, StringComparison.Ordinal);
        Assert.EndsWith("--help shows what there is.", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_together()
        => Assert.Equal(4, Assert.Throws<StartUpException>(() => LocalCommandLine.Parse(["dmeo", "--ulrs=x", "--against=y"])).Message.Split(Environment.NewLine).Length);
}
