using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Senders.Tests.Catalogue;

public sealed class SamplePayloadTests
{
    public static TheoryData<string> Names => [.. SchemeCatalogue.Names.Where(name => name != SchemeCatalogue.Custom)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_scheme_accepts_its_own_sample(string name)
    {
        var scheme = SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;

        var body = SamplePayload.Create(scheme, "id \" 1", "some.type");

        Assert.True(PayloadReader.TryRead(body, scheme.Payload, null, [], out var facts));
        if (scheme.Payload.EventType is not null)
            Assert.Equal("some.type", facts.EventType);
        if (scheme.Payload.Ids.Count > 0)
            Assert.Equal("id \" 1", facts.Id.Value);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_two_samples_are_equal(string name)
    {
        var scheme = SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;

        Assert.NotEqual(SamplePayload.Create(scheme, "1", null), SamplePayload.Create(scheme, "2", null));
    }
}
