using FunctionsIngest.Handling;

namespace FunctionsIngest.Core.Tests.Handling;

public sealed class HandlerNamesTests
{
    [Theory]
    [InlineData()]
    [InlineData("a")]
    [InlineData("archive", "Archive", "a.b-c_d0")]
    public Task Names_that_can_be_told_apart_pass(params string[] names) => StartAsync(names);

    [Fact]
    public async Task Two_handlers_of_one_name_are_refused()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync("mail", "archive", "mail"));

        Assert.Contains("2 handlers are named 'mail'", error.Message);
        Assert.DoesNotContain("archive", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\n")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task A_name_that_cannot_be_noted_is_refused(string name)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(name));

        Assert.Contains($"'{name}'", error.Message);
        Assert.Contains("1 to 64", error.Message);
    }

    [Fact]
    public async Task All_mistakes_are_reported_together()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync("a b", "mail", "mail"));

        Assert.Equal(2, error.Message.Split(Environment.NewLine).Length);
    }

    private static Task StartAsync(params string[] names)
        => new HandlerNames(names.Select(name => new HandlerRegistration(name, _ => throw new InvalidOperationException("Not made to be named.")))).StartAsync(CancellationToken.None);
}
