using System.Globalization;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Core.Tests.Sources;

/// <summary>How long the webhooks of a source are remembered.</summary>
public sealed class RetentionTests
{
    [Theory]
    // GitHub, Begini and tokens sign no time: what was recorded once verifies for ever.
    [InlineData("github", null, "7.00:00:00", "180.00:00:00")]
    [InlineData("begini", null, "1.00:00:00", "180.00:00:00")]
    [InlineData("github", null, "200.00:00:00", "200.00:00:00")]
    [InlineData("github", "3.00:00:00", "7.00:00:00", "3.00:00:00")]
    [InlineData("stripe", null, "7.00:00:00", "7.00:00:00")]
    [InlineData("stripe", "30.00:00:00", "7.00:00:00", "30.00:00:00")]
    [InlineData("standard-webhooks", null, "14.00:00:00", "14.00:00:00")]
    public void A_source_has_its_own_retention_and_without_a_signed_time_half_a_year(string scheme, string? own, string general, string expected)
    {
        var reading = Read(scheme, own, general);

        Assert.Empty(reading.Errors);
        Assert.Equal(Parse(expected), Assert.Single(reading.Sources).Retention);
    }

    [Theory]
    [InlineData("00:59:59")]
    [InlineData("366.00:00:00")]
    public void One_out_of_its_range_is_refused(string retention)
        => Assert.Equal([$"Webhooks:Sources:acme:Retention is {retention}: give a value from 01:00:00 to 365.00:00:00."], Read("github", retention, "7.00:00:00").Errors);

    [Fact]
    public void A_tolerance_is_at_most_half_of_the_retention_of_its_source()
    {
        Assert.Equal(TimeSpan.FromHours(12), Assert.Single(Read("standard-webhooks", "1.00:00:00", "7.00:00:00", "12:00:00").Sources).Scheme.PastTolerance);
        Assert.Equal(
            ["Webhooks:Sources:acme:Tolerance is 12:00:01; set it to more than zero and at most half of the retention, 12:00:00."],
            Read("standard-webhooks", "1.00:00:00", "7.00:00:00", "12:00:01").Errors);
        Assert.Empty(Read("standard-webhooks", "30.00:00:00", "7.00:00:00", "15.00:00:00").Errors);
    }

    private static SourceReading Read(string scheme, string? own, string general, string? tolerance = null) => SourceFactory.Read(new SourcesOptions
    {
        Retention = Parse(general),
        Sources =
        {
            ["acme"] = new SourceOptions
            {
                Scheme = scheme,
                Secrets = ["acme-secret"],
                Retention = own is null ? null : Parse(own),
                Tolerance = tolerance is null ? null : Parse(tolerance),
            },
        },
    });

    private static TimeSpan Parse(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
