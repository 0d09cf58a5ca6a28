using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Senders.Tests.Payloads;

public class PayloadReaderTests
{
    private const string AghanimsExample = """
        {
        "event_id": "whevt_eAeXhOxLwxy",
        "event_type": "player.verify",
        "idempotency_key": null,
        "event_data": {
        "player_id": "testplayer"
        },
        "context": null
        }
        """;

    private static readonly PayloadRules Aghanim = new()
    {
        EventType = JsonPointer.Parse("/event_type"),
        Ids = [JsonPointer.Parse("/idempotency_key"), JsonPointer.Parse("/event_id")],
        Required = true,
    };

    [Fact]
    public void Aghanims_own_example_is_a_payload()
    {
        Assert.True(TryRead(AghanimsExample, Aghanim, out var facts));
        Assert.Equal(("player.verify", "/event_id", "whevt_eAeXhOxLwxy"), (facts.EventType, facts.IdName, facts.Id.Value));
    }

    [Theory]
    [InlineData("""{"event_type":"t","idempotency_key":"k","event_id":"i"}""", "/idempotency_key", "k")]
    [InlineData("""{"event_type":"t","idempotency_key":"k","event_id":null}""", "/idempotency_key", "k")]
    [InlineData("""{"event_type":"t","idempotency_key":"k"}""", "/idempotency_key", "k")]
    [InlineData("""{"event_type":"t","idempotency_key":null,"event_id":"i"}""", "/event_id", "i")]
    [InlineData("""{"event_type":"t","idempotency_key":"","event_id":"i"}""", "/event_id", "i")]
    [InlineData("""{"event_type":"t","event_id":"i"}""", "/event_id", "i")]
    [InlineData(" \r\n\t{\"event_type\":\"t\",\"event_id\":\"i\"}\n", "/event_id", "i")]
    [InlineData("""{"\u0065vent_type":"t","event_id":"\ud83d\ude00"}""", "/event_id", "😀")]
    [InlineData("""{"event_id":"a","event_type":"t","event_id":"i"}""", "/event_id", "i")]
    public void A_required_payload_names_its_type_and_an_id(string body, string idName, string id)
    {
        Assert.True(TryRead(body, Aghanim, out var facts));
        Assert.Equal(("t", idName, id), (facts.EventType, facts.IdName, facts.Id.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"event_type\"")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""[{"event_type":"t","event_id":"i"}]""")]
    [InlineData("""{"event_type":"t","event_id":"i"} x""")]
    [InlineData("""{"event_type":"t","event_id":"i"}{}""")]
    [InlineData("""{"event_type":"t","event_id":"i",}""")]
    [InlineData("""{"event_type":"t","event_id":"i" /* no */}""")]
    [InlineData("""{'event_type':'t','event_id':'i'}""")]
    [InlineData("""{"event_type":"t","event_id":"i"}""" + "\0")]
    [InlineData("\uFEFF" + """{"event_type":"t","event_id":"i"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","x":"\ud800"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","x":"\ude00"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","x":"\ud800x\ude00"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","x":"\ud83d\ud83d\ude00"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","\ud800":1}""")]
    [InlineData("""{"event_type":"t","event_id":"i","x":{"y":["\udfff"]}}""")]
    [InlineData("""{"event_type":"\ud800","event_id":"i"}""")]
    [InlineData("""{"event_type":"t"}""")]
    [InlineData("""{"event_type":"t","event_id":null}""")]
    [InlineData("""{"event_type":"t","event_id":""}""")]
    [InlineData("""{"event_type":"t","event_id":1}""")]
    [InlineData("""{"event_type":"t","event_id":["i"]}""")]
    [InlineData("""{"event_type":"t","event_id":true}""")]
    [InlineData("""{"event_type":"t","event_id":"i","idempotency_key":1}""")]
    [InlineData("""{"event_type":"t","event_id":{},"idempotency_key":"k"}""")]
    [InlineData("""{"event_type":"t","event_id":"i","event_id":null}""")]
    [InlineData("""{"event_type":null,"event_id":"i"}""")]
    [InlineData("""{"event_type":"","event_id":"i"}""")]
    [InlineData("""{"event_type":1,"event_id":"i"}""")]
    [InlineData("""{"event_type":{"event_type":"t"},"event_id":"i"}""")]
    [InlineData("""{"event_type":"a\nb","event_id":"i"}""")]
    [InlineData("""{"event_type":"a\u0000","event_id":"i"}""")]
    [InlineData("""{"event_type":"a\u0085","event_id":"i"}""")]
    [InlineData("""{"event_id":"i"}""")]
    [InlineData("""{"Event_type":"t","event_id":"i"}""")]
    public void Another_payload_than_the_required_one_is_refused(string body) => Assert.False(TryRead(body, Aghanim, out _));

    [Fact]
    public void Invalid_UTF_8_is_refused_wherever_it_stands()
    {
        var body = Encoding.UTF8.GetBytes("""{"event_type":"t","event_id":"i","x":"y"}""");
        for (var index = 0; index < body.Length; index++)
        {
            var broken = body.ToArray();
            broken[index] = 0xff;
            Assert.False(PayloadReader.TryRead(broken, Aghanim, null, [], out _));
        }

        // A surrogate and a slash that are written in more bytes than they need.
        Assert.False(PayloadReader.TryRead([.. """{"event_type":"t","event_id":"i","x":" """u8, 0xed, 0xa0, 0x80, .. "\"}"u8], Aghanim, null, [], out _));
        Assert.False(PayloadReader.TryRead([.. """{"event_type":"t","event_id":"i","x":" """u8, 0xc0, 0xaf, .. "\"}"u8], Aghanim, null, [], out _));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void An_event_type_has_256_characters_at_most(int length, bool accepted)
    {
        var type = new string('t', length);

        Assert.Equal(accepted, TryRead($$"""{"event_type":"{{type}}","event_id":"i"}""", Aghanim, out var facts));
        Assert.Equal(accepted ? type : "webhook", facts.EventType);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void A_payload_is_nested_64_deep_at_most(int arrays, bool accepted)
        => Assert.Equal(accepted, TryRead($$"""{"event_type":"t","event_id":"i","x":{{new string('[', arrays)}}{{new string(']', arrays)}}}""", Aghanim, out _));

    [Theory]
    [InlineData("""{"event":{"type":"a.b"}}""", "a.b")]
    [InlineData("""{"event":{"x":[{"type":"no"}],"type":"a.b"},"type":"no"}""", "a.b")]
    [InlineData("""{"event":{"type":"first"},"event":{"type":"last"}}""", "last")]
    [InlineData("""{"event":{"type":"first"},"event":{}}""", "webhook")]
    [InlineData("""{"event":{"type":"first"},"event":1}""", "webhook")]
    [InlineData("""{"event":{"type":"first","type":null}}""", "webhook")]
    [InlineData("""{"event":{"type":"first"},"ev\u0065nt":{"type":"last"}}""", "last")]
    [InlineData("""{"event":{"type":1}}""", "webhook")]
    [InlineData("""{"event":{"type":""}}""", "webhook")]
    [InlineData("""{"event":{"type":"\ud800"}}""", "webhook")]
    [InlineData("""{"event":{"type":"a.b"},"x":"\ud800"}""", "a.b")]
    [InlineData("""{"event":"type"}""", "webhook")]
    [InlineData("""{"x":{"event":{"type":"no"}}}""", "webhook")]
    [InlineData("""[{"event":{"type":"no"}}]""", "webhook")]
    [InlineData("""{"event":{"type":"a.b"}""", "a.b")]
    [InlineData("""{"event":{"type":"a.b"}} x""", "a.b")]
    [InlineData("""{"event":{"type":"a.b","x":NaN}}""", "a.b")]
    [InlineData("""{"x":NaN,"event":{"type":"a.b"}}""", "webhook")]
    [InlineData("event=a", "webhook")]
    [InlineData("", "webhook")]
    [InlineData("\uFEFF{\"event\":{\"type\":\"a.b\"}}", "a.b")]
    public void A_payload_that_is_not_required_gets_through_with_the_type_it_names(string body, string type)
    {
        Assert.True(TryRead(body, new PayloadRules { EventType = JsonPointer.Parse("/event/type") }, out var facts));
        Assert.Equal(type, facts.EventType);
    }

    [Theory]
    [InlineData("push", "push")]
    [InlineData(null, "inside")]
    [InlineData("", "inside")]
    [InlineData("a\tb", "inside")]
    public void A_type_in_the_header_goes_before_one_in_the_payload(string? header, string type)
    {
        PayloadReader.TryRead("""{"type":"inside"}"""u8, new PayloadRules { EventType = JsonPointer.Parse("/type"), EventTypeHeader = "X-Type" }, header, [], out var facts);

        Assert.Equal(type, facts.EventType);
    }

    [Theory]
    [InlineData("""{"id":5,"a":1}""", "5")]
    [InlineData("""{"id":-5.0e1}""", "-5.0e1")]
    [InlineData("""{"id":true}""", null)]
    [InlineData("""{"id":[5]}""", null)]
    [InlineData("""{"id":null}""", null)]
    [InlineData("""{"id":"","a":1}""", null)]
    [InlineData("""{"id":"5"}""", "5")]
    [InlineData("""{"id":"\ud800"}""", null)]
    [InlineData("id=5", null)]
    public void An_id_that_is_not_required_counts_if_it_is_text_or_a_number(string body, string? id)
    {
        Assert.True(TryRead(body, new PayloadRules { Ids = [JsonPointer.Parse("/id")] }, out var facts));
        Assert.Equal((id, id is null ? null : "/id", id is null), (facts.Id.Value, facts.IdName, facts.IsIdMissing));
    }

    [Theory]
    [InlineData("""{"a":"x"}""", "x")]
    [InlineData("""{"a":"\u00e9"}""", "é")]
    [InlineData("""{"a":1.50}""", "1.50")]
    [InlineData("""{"a":-1E+2}""", "-1E+2")]
    [InlineData("""{"a":true}""", "true")]
    [InlineData("""{"a":false}""", "false")]
    [InlineData("""{"a":{ "b" : [1, 2] } , "c":1}""", """{ "b" : [1, 2] }""")]
    [InlineData("""{"a":[ ]}""", "[ ]")]
    [InlineData("""{"a":""}""", "")]
    [InlineData("""{"a":null}""", null)]
    [InlineData("""{"b":1}""", null)]
    [InlineData("""{"a":1""", null)]
    [InlineData("""{"a":1,""", "1")]
    [InlineData("not JSON", null)]
    public void The_values_at_a_sources_own_pointers_are_as_written(string body, string? value)
    {
        PayloadReader.TryRead(Encoding.UTF8.GetBytes(body), new PayloadRules { EventType = JsonPointer.Parse("/type") }, null, [JsonPointer.Parse("/a")], out var facts);

        Assert.Equal((value, string.IsNullOrEmpty(value)), (Assert.Single(facts.ReplayValues).Value, facts.IsIdMissing));
    }

    [Fact]
    public void Pointers_lead_through_arrays_and_escaped_names_and_may_overlap()
    {
        var body = """{"items":[{"id":"first"},{"id":"second"}],"a/b":{"m~n":"escaped"},"":"empty","0":"zero"}"""u8;
        JsonPointer[] pointers = [.. new[] { "/items/1/id", "/items/0", "/items/0/id", "/items/2/id", "/items/01/id", "/items/-", "/a~1b/m~0n", "/", "/0" }.Select(JsonPointer.Parse)];
        PayloadReader.TryRead(body, new PayloadRules(), null, pointers, out var facts);

        Assert.Equal(["second", """{"id":"first"}""", "first", null, null, null, "escaped", "empty", "zero"], facts.ReplayValues.Select(value => value.Value));
    }

    [Theory]
    [InlineData("""{"id":"i","x":DEEP}""", 100_000, false)]
    [InlineData("""{"x":DEEP,"id":"i"}""", 100_000, false)]
    [InlineData("""{"x":DEEP,"id":"i"}""", 63, false)]
    [InlineData("""{"id":"i","x":NaN}""", 1, true)]
    [InlineData("""{"id":"i",""", 1, true)]
    [InlineData("""{"id":"i"} {}""", 1, true)]
    [InlineData("""["id"}""", 1, true)]
    [InlineData("id=i", 1, false)]
    [InlineData("", 1, false)]
    public void An_id_is_found_beside_what_cannot_be_read(string body, int depth, bool isCutShort)
    {
        Assert.True(TryRead(
            body.Replace("DEEP", new string('[', depth) + new string(']', depth), StringComparison.Ordinal), new PayloadRules { Ids = [JsonPointer.Parse("/id")] }, out var facts));

        Assert.Equal((body.Contains("\"i\"", StringComparison.Ordinal) ? "i" : null, isCutShort), (facts.Id.Value, facts.IsCutShort));
    }

    [Fact]
    public void An_id_is_found_wherever_invalid_UTF_8_is_beside_it()
    {
        var body = Encoding.UTF8.GetBytes("""{"id":"i","x":"y","z":{"y":"x"}}""");
        foreach (var name in new[] { "x", "y", "z" })
        {
            var broken = body.ToArray();
            broken[body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name))] = 0xff;
            PayloadReader.TryRead(broken, new PayloadRules { Ids = [JsonPointer.Parse("/id")] }, null, [], out var facts);
            Assert.Equal("i", facts.Id.Value);
        }

        // The id itself must be text.
        PayloadReader.TryRead([.. "{\"id\":\""u8, 0xff, .. "\"}"u8], new PayloadRules { Ids = [JsonPointer.Parse("/id")] }, null, [], out var without);
        Assert.Null(without.Id.Value);
    }

    [Fact]
    public void A_source_without_pointers_has_no_values()
    {
        PayloadReader.TryRead("{}"u8, new PayloadRules(), null, [], out var facts);

        Assert.Empty(facts.ReplayValues);
    }

    [Property(MaxTest = 500)]
    public void Nothing_is_thrown_on_any_bytes(byte[] body)
    {
        Assert.False(PayloadReader.TryRead(body, Aghanim, null, [], out _));
        Assert.True(PayloadReader.TryRead(body, Aghanim with { Required = false }, null, [JsonPointer.Parse("/a")], out _));
    }

    [Property(MaxTest = 500)]
    public Property Nothing_is_thrown_on_what_is_nearly_JSON() => Prop.ForAll(
        Gen.Elements("{", "}", "[", "]", ",", ":", "\"", "\"event_type\"", "\"event_id\"", "\"a\"", "\\u", "d800", "\\", "1", "e", "-", "null", "true", " ", "\0", "é").ArrayOf().Select(string.Concat).ToArbitrary(),
        text => Assert.True(PayloadReader.TryRead(Encoding.UTF8.GetBytes(text), Aghanim with { Required = false }, null, [JsonPointer.Parse("/a/0")], out _)));

    private static bool TryRead(string body, PayloadRules rules, out PayloadFacts facts)
        => PayloadReader.TryRead(Encoding.UTF8.GetBytes(body), rules, null, [], out facts);
}
