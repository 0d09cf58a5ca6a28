using FunctionsIngest.Archive;
using FunctionsIngest.Bodies;
using FunctionsIngest.Configuration;
using FunctionsIngest.Processing;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Core.Tests.Configuration;

public sealed class SettingsBinderTests
{
    [Fact]
    public void Good_values_are_bound_and_nothing_is_reported()
    {
        var (options, errors) = Bind(new()
        {
            ["Webhooks:Retention"] = "3.00:00:00",
            ["Webhooks:maxbodybytes"] = "100",
            ["Webhooks:Archive"] = "False",
            ["Webhooks:RetryDelays:0"] = "00:00:01",
            ["Webhooks:RetryDelays:1"] = "00:00:02",
            ["Webhooks:Sources:begini:Scheme"] = "begini",
            ["Webhooks:Sources:begini:Secrets:0"] = "one",
            ["Webhooks:Sources:begini:Secrets:1"] = "two",
            ["Webhooks:Sources:begini:Tolerance"] = "00:01:00",
            ["Webhooks:Sources:begini:Signature:Header"] = "X-Signature",
        });

        Assert.Empty(errors);
        Assert.Equal(TimeSpan.FromDays(3), options.Sources.Retention);
        Assert.Equal(100, options.Bodies.MaxBodyBytes);
        Assert.False(options.Archive.Archive);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], options.Processing.EffectiveRetryDelays);
        var source = Assert.Single(options.Sources.Sources).Value;
        Assert.Equal(["one", "two"], source.Secrets);
        Assert.Equal(TimeSpan.FromMinutes(1), source.Tolerance);
        Assert.Equal("X-Signature", source.Signature!.Header);
    }

    [Theory]
    [InlineData("Webhooks:Retention", "seven days", "a time")]
    [InlineData("Webhooks:Lease", "5m", "a time")]
    [InlineData("Webhooks:MaxBodyBytes", "1MB", "a whole number")]
    [InlineData("Webhooks:MaxBodyBytes", "99999999999", "a whole number")]
    [InlineData("Webhooks:Archive", "yes", "true or false")]
    [InlineData("Webhooks:RetryDelays:2", "soon", "a time")]
    [InlineData("Webhooks:Sources:begini:Tolerance", "300s", "a time")]
    public void A_value_of_the_wrong_type_is_named_with_its_fix_and_the_default_holds(string key, string value, string fix)
    {
        var (options, errors) = Bind(new() { [key] = value });

        var error = Assert.Single(errors);
        Assert.StartsWith($"{key} is '{value}'", error);
        Assert.Contains(fix, error);
        Assert.Equal(TimeSpan.FromDays(7), options.Sources.Retention);
        Assert.Equal(TimeSpan.FromMinutes(5), options.Processing.Lease);
        Assert.Equal(1024 * 1024, options.Bodies.MaxBodyBytes);
        Assert.True(options.Archive.Archive);
        Assert.Equal(ProcessingOptions.DefaultRetryDelays, options.Processing.EffectiveRetryDelays);
    }

    [Theory]
    [InlineData("Webhooks:Retentoin")]
    [InlineData("Webhooks:Sources:begini:Secret")]
    [InlineData("Webhooks:Sources:begini:Signature:Algoritm")]
    [InlineData("Webhooks:BindingErrors:0")]
    public void A_key_that_no_setting_has_is_named_and_its_value_is_not(string key)
    {
        var (_, errors) = Bind(new() { [key] = "hush-hush" });

        var error = Assert.Single(errors);
        Assert.StartsWith(key.Replace(":0", "", StringComparison.Ordinal) + " is not a setting", error);
        Assert.DoesNotContain("hush-hush", error);
    }

    [Theory]
    [InlineData("Webhooks:Sources", "Webhooks:Sources:<name>")]
    [InlineData("Webhooks:Sources:begini", "Webhooks:Sources:begini:AllowedIPs")]
    [InlineData("Webhooks:Sources:begini:Secrets", "Webhooks:Sources:begini:Secrets:0")]
    [InlineData("Webhooks:Sources:begini:AllowedIPs", "Webhooks:Sources:begini:AllowedIPs:0")]
    [InlineData("Webhooks:Sources:begini:EventTypes", "Webhooks:Sources:begini:EventTypes:0")]
    [InlineData("Webhooks:RetryDelays", "Webhooks:RetryDelays:0")]
    public void One_value_where_several_belong_is_an_error_and_not_silently_nothing(string key, string example)
    {
        var (_, errors) = Bind(new() { [key] = "hush-hush" });

        var error = Assert.Single(errors);
        Assert.StartsWith($"{key} is not a single value", error);
        Assert.Contains(example, error);
        Assert.DoesNotContain("hush-hush", error);
    }

    [Fact]
    public void Settings_below_a_single_value_are_an_error()
    {
        var (_, errors) = Bind(new() { ["Webhooks:Retention:Days"] = "7" });

        Assert.StartsWith("Webhooks:Retention has settings below it", Assert.Single(errors));
    }

    [Fact]
    public void What_is_empty_is_not_set()
    {
        // As JSON's null and [] and an unset variable of a template arrive.
        var (options, errors) = Bind(new()
        {
            ["Webhooks:Retention"] = "",
            ["Webhooks:Lease"] = null,
            ["Webhooks:RetryDelays"] = "",
            ["Webhooks:Sources:begini:EventTypes"] = null,
            ["Webhooks:Sources:begini:Scheme"] = "begini",
        });

        Assert.Empty(errors);
        Assert.Equal(TimeSpan.FromDays(7), options.Sources.Retention);
        Assert.Equal(ProcessingOptions.DefaultRetryDelays, options.Processing.EffectiveRetryDelays);
        Assert.Empty(options.Sources.Sources["begini"].EventTypes);
    }

    [Fact]
    public void All_mistakes_are_reported_together()
    {
        var (_, errors) = Bind(new()
        {
            ["Webhooks:Retention"] = "x",
            ["Webhooks:Archive"] = "y",
            ["Webhooks:Nothing"] = "z",
            ["Webhooks:Sources:a1:Tolerance"] = "w",
        });

        Assert.Equal(4, errors.Count);
    }

    private static (Bound Options, List<string> Errors) Bind(Dictionary<string, string?> settings)
    {
        var section = WebhookSettings.Of(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var bound = new Bound(new SourcesOptions(), new BodyOptions(), new ArchiveOptions(), new ProcessingOptions());
        BoundOptions[] groups = [bound.Sources, bound.Bodies, bound.Archive, bound.Processing];
        var errors = new List<string>();
        foreach (var group in groups)
            SettingsBinder.Bind(section, group, errors);
        SettingsBinder.FindUnknown(section, groups.Select(group => group.GetType()), errors);
        return (bound, errors);
    }

    /// <summary>Groups of settings that share one section.</summary>
    private sealed record Bound(SourcesOptions Sources, BodyOptions Bodies, ArchiveOptions Archive, ProcessingOptions Processing);
}
