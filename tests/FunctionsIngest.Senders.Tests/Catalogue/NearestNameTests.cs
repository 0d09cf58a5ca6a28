using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Senders.Tests.Catalogue;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("dmeo", "demo")]
    [InlineData("Retentoin", "Retention")]
    [InlineData("webhookstorge", "WebhookStorage")]
    [InlineData("urls", "urls")]
    [InlineData("ulrs", "urls")]
    [InlineData("gihtub", null)]
    [InlineData("", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_found_and_none_that_is_far(string text, string? name)
        => Assert.Equal(name, NearestName.To(text, ["demo", "urls", "Retention", "WebhookStorage"]));

    [Fact]
    public void A_question_names_it_and_is_empty_without_one()
    {
        Assert.Equal(" Did you mean --urls?", NearestName.Question("ulrs", ["urls"], "--"));
        Assert.Equal("", NearestName.Question("nothing", ["urls"]));
    }
}
