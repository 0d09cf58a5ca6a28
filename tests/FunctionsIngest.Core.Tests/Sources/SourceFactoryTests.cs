using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Core.Tests.Sources;

public sealed class SourceFactoryTests
{
    [Theory]
    [InlineData("begini", "application.complete", null)]
    [InlineData("github", "push", null)]
    [InlineData("aghanim", "a type with blanks", null)]
    [InlineData("begini", "", "'', which cannot be an event type")]
    [InlineData("begini", " ", "' ', which cannot be an event type")]
    [InlineData("begini", "order.paid ", "'order.paid ', which cannot be an event type")]
    [InlineData("github", "push,issues", "'push,issues', which cannot be an event type: write one type for each item")]
    [InlineData("github", "pu\nsh", "which cannot be an event type")]
    [InlineData("aghanim", "player.verify", "'player.verify', whose sender acts on the answer")]
    [InlineData("custom", "push", "'push', but nothing says where this source's webhooks name their type: set Signature:EventTypePointer")]
    public void An_event_type_that_no_webhook_can_have_is_an_error_at_start(string scheme, string type, string? error)
    {
        var options = new SourcesOptions();
        options.Sources["tested"] = new SourceOptions
        {
            Scheme = scheme,
            Secrets = ["tested-secret"],
            EventTypes = [type],
            Signature = scheme == "custom" ? new SignatureOptions { Header = "S", Algorithm = "hmac-sha256" } : null,
        };

        var reading = SourceFactory.Read(options);

        if (error is null)
            Assert.Empty(reading.Errors);
        else
            Assert.Contains(reading.Errors, found => found.StartsWith("Webhooks:Sources:tested:EventTypes:0 is ", StringComparison.Ordinal) && found.Contains(error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hmac-sha256", "{id}", true)]
    [InlineData("hmac-sha256", "{id}.{body}", false)]
    [InlineData("token", "{body}", false)]
    public void A_replay_key_out_of_a_body_that_is_not_signed_is_an_error_at_start(string algorithm, string content, bool isError)
    {
        var options = new SourcesOptions();
        options.Sources["tested"] = new SourceOptions
        {
            Scheme = "custom",
            Secrets = ["tested-secret"],
            ReplayKey = ["/id"],
            Signature = new SignatureOptions { Header = "S", Algorithm = algorithm, Content = content, IdHeader = content.Contains("{id}", StringComparison.Ordinal) ? "I" : null },
        };

        var errors = SourceFactory.Read(options).Errors;

        if (isError)
            Assert.StartsWith("Webhooks:Sources:tested:ReplayKey:0 is '/id', but anybody can change a body that is not signed", Assert.Single(errors), StringComparison.Ordinal);
        else
            Assert.Empty(errors);
    }

    [Fact]
    public void An_event_type_has_256_characters_at_most()
    {
        var options = new SourcesOptions();
        options.Sources["tested"] = new SourceOptions { Scheme = "begini", Secrets = ["tested-secret"], EventTypes = [new string('t', 256), new string('t', 257)] };

        Assert.StartsWith("Webhooks:Sources:tested:EventTypes:1 is 't", Assert.Single(SourceFactory.Read(options).Errors), StringComparison.Ordinal);
    }
}
