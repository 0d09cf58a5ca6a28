using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging;
using FsCheck.Xunit;
using FunctionsIngest.Archive;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Senders;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Core.Tests.Queueing;

public sealed class EnvelopeTests
{
    private static readonly DateTimeOffset Time = new(2026, 8, 1, 12, 34, 56, 789, TimeSpan.Zero);

    [Property]
    public bool A_body_keeps_every_byte(byte[] body)
        => Envelope.TryDecode((Example() with { Body = BinaryData.FromBytes(body) }).Encode(), out var envelope, out _)
            && envelope.Body!.ToMemory().Span.SequenceEqual(body);

    [Property]
    public bool No_bytes_are_read_as_an_envelope_or_throw(byte[] message) => !Envelope.TryDecode(BinaryData.FromBytes(message), out _, out var problem) && problem is not null;

    [Fact]
    public void Everything_comes_back_as_it_was()
    {
        var sent = Example() with
        {
            ContentType = "application/json; charset=\"utf-8\"",
            Provenance = new(Assurance.Authenticated, IsTypeAuthenticated: true, "br", IsInflated: true),
            Attempt = 7,
            Redrive = 3,
            SentAt = Time.AddDays(2).AddTicks(1),
            StorageFailures = 4,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Body = null,
        };
        sent = sent with { Payload = PayloadStore.NameOf(sent) };

        Assert.True(Envelope.TryDecode(sent.Encode(), out var read, out var problem));

        Assert.Equal(sent, read);
        Assert.Null(problem);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"verified \"")]
    [InlineData("\"certain\"")]
    [InlineData("true")]
    [InlineData("1")]
    public void What_is_not_known_of_its_provenance_is_read_as_the_weaker(string? value)
    {
        var json = JsonNode.Parse(Example().Encode())!.AsObject();
        foreach (var name in new[] { "assurance", "typeauthenticated", "inflated" })
        {
            json.Remove(name);
            if (value is not null && !(name != "assurance" && value == "true"))
                json[name] = JsonNode.Parse(value);
        }

        Assert.True(Envelope.TryDecode(BinaryData.FromString(json.ToJsonString()), out var read, out _));
        Assert.Equal(new Provenance(Assurance.Authenticated, IsTypeAuthenticated: false, ContentCoding: null, IsInflated: false), read.Provenance);
    }

    [Theory]
    [InlineData("\"verified\"", Assurance.Verified)]
    [InlineData("\"authenticated\"", Assurance.Authenticated)]
    [InlineData("\"notarized\"", Assurance.Authenticated)]
    [InlineData("\"Verified\"", Assurance.Authenticated)]
    [InlineData("\"\"", Assurance.Authenticated)]
    [InlineData("1", Assurance.Authenticated)]
    [InlineData("true", Assurance.Authenticated)]
    [InlineData(null, Assurance.Authenticated)]
    public void An_assurance_that_is_not_known_is_the_weaker(string? text, Assurance assurance)
    {
        var json = JsonNode.Parse(Example().Encode())!.AsObject();
        json.Remove("assurance");
        if (text is not null)
            json["assurance"] = JsonNode.Parse(text);

        Assert.True(Envelope.TryDecode(BinaryData.FromString(json.ToJsonString()), out var read, out _));

        Assert.Equal(assurance, read.Provenance.Assurance);
        var archived = new ArchivedEvent(ArchivedName.Of("begini", read.EventId, Time), null, CloudEvent.Parse(BinaryData.FromString(json.ToJsonString()))!);
        Assert.Equal(assurance, archived.Assurance);
    }

    [Theory]
    [InlineData("attempt", "0")]
    [InlineData("attempt", "2147483647")]
    [InlineData("attempt", "\"many\"")]
    [InlineData("redrive", "-1")]
    [InlineData("redrive", "2147483647")]
    [InlineData("sentat", null)]
    [InlineData("sentat", "\"yesterday\"")]
    [InlineData("sentat", "1785588896")]
    [InlineData("envelopeversion", "2")]
    public void A_message_with_a_value_that_is_not_known_is_unreadable(string attribute, string? value)
    {
        var json = JsonNode.Parse(Example().Encode())!.AsObject();
        json.Remove(attribute);
        if (value is not null)
            json[attribute] = JsonNode.Parse(value);

        Assert.False(Envelope.TryDecode(BinaryData.FromString(json.ToJsonString()), out _, out var problem));

        Assert.NotEmpty(problem);
    }

    [Fact]
    public void It_is_a_CloudEvent_with_binary_data()
    {
        using var json = JsonDocument.Parse(Example().Encode());
        var members = json.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString());

        Assert.Equal("1.0", members["specversion"]);
        Assert.Equal("/webhooks/begini", members["source"]);
        Assert.Equal("application.complete", members["type"]);
        Assert.Equal(Example().EventId, members["id"]);
        Assert.Equal("AAH/", members["data_base64"]);
        Assert.Equal("2026-08-01T12:34:56.789+00:00", members["time"]);
        Assert.DoesNotContain("data", members.Keys);
        // The specification: names of attributes are lower-case letters and digits.
        Assert.All(members.Keys.Except(["data_base64"]), name => Assert.Matches("^[a-z0-9]+$", name));
    }

    [Fact]
    public void A_type_of_any_characters_is_written_as_ASCII()
    {
        var sent = Example() with { Type = "\u0001 é 😀 \uFFFF <&]]>" };

        var message = sent.Encode();

        Assert.All(message.ToArray(), character => Assert.InRange(character, (byte)' ', (byte)'~'));
        Assert.True(Envelope.TryDecode(message, out var read, out _));
        Assert.Equal(sent.Type, read.Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("\uFEFF{}")]
    [InlineData("""{"specversion":"1.0"}""")]
    [InlineData("""{"specversion":1}""")]
    [InlineData("""{"specversion":"1.0","id":1,"source":[],"type":{}}""")]
    [InlineData("""{"specversion":"1.0","id":"i","source":"/webhooks/begini","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":"i","source":"::: no address","type":"t"}""")]
    [InlineData("""{"specversion":"1.0","id":"i","source":"/s","type":"t","time":"yesterday"}""")]
    [InlineData("""{"specversion":"1.0","id":"i","source":"/s","type":"t","data_base64":"%"}""")]
    [InlineData("""{"specversion":"1.0","id":"i","source":"/s","type":"t","data_base64":5}""")]
    public void What_is_no_CloudEvent_of_ours_is_a_problem_and_no_exception(string message)
    {
        Assert.False(Envelope.TryDecode(BinaryData.FromString(message), out var envelope, out var problem));

        Assert.Null(envelope);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Deep_and_invalid_texts_are_problems_and_no_exceptions()
    {
        byte[][] messages = [Encoding.UTF8.GetBytes(new string('[', 60_000)), [0xC3, 0x28], [(byte)'"', 0xFF, (byte)'"'], new byte[64 * 1024]];

        Assert.All(messages, message => Assert.False(Envelope.TryDecode(BinaryData.FromBytes(message), out _, out _)));
    }

    [Theory]
    [InlineData("envelopeversion", "2")]
    [InlineData("envelopeversion", "\"one\"")]
    [InlineData("envelopeversion", "99999999999")]
    [InlineData("envelopeversion", null)]
    [InlineData("attempt", "0")]
    [InlineData("attempt", "-1")]
    [InlineData("attempt", null)]
    [InlineData("redrive", "-1")]
    [InlineData("redrive", "1.5")]
    [InlineData("partitionkey", "\"\"")]
    [InlineData("partitionkey", null)]
    [InlineData("rowkey", null)]
    [InlineData("partitionkey", "\"begini-00\"")]
    [InlineData("rowkey", "\"00\"")]
    [InlineData("rowkey", "\"a/b\"")]
    [InlineData("delivery", "true")]
    [InlineData("delivery", "\"\"")]
    [InlineData("delivery", "\"22\"")]
    [InlineData("delivery", "\"0af7651916cd43dd8448eb211c80319c\\n\"")]
    [InlineData("delivery", "\"0af7651916cd43dd8448eb211c80319g\"")]
    [InlineData("delivery", "\"0af76519/6cd43dd8448eb211c80319c\"")]
    [InlineData("delivery", null)]
    [InlineData("payload", "\"begini-00/11/22\"")]
    [InlineData("payload", "\"\\u0001\"")]
    [InlineData("time", "\"1600-12-31T23:59:59Z\"")]
    [InlineData("time", "\"0001-01-01T00:00:00Z\"")]
    [InlineData("source", "\"/elsewhere/begini\"")]
    [InlineData("source", "\"/webhooks/\"")]
    [InlineData("source", "\"/webhooks/other\"")]
    [InlineData("specversion", "\"0.3\"")]
    [InlineData("type", null)]
    [InlineData("id", null)]
    public void One_wrong_attribute_makes_it_unreadable(string attribute, string? value)
    {
        var json = JsonNode.Parse(Example().Encode())!.AsObject();
        json.Remove(attribute);
        if (value is not null)
            json[attribute] = JsonNode.Parse(value);

        Assert.False(Envelope.TryDecode(BinaryData.FromString(json.ToJsonString()), out _, out _));
    }

    [Theory]
    [InlineData("begini", "", true)]
    [InlineData("begini", "~1", true)]
    [InlineData("begini", "~2147483647", true)]
    [InlineData("s1", "", true)]
    [InlineData("begini", "0", false)]
    [InlineData("begini", "~", false)]
    [InlineData("begini", "~x", false)]
    [InlineData("begini", "~1~1", false)]
    [InlineData("begini", "~99999999999", false)]
    [InlineData("begini", "/1", false)]
    [InlineData("begini", "\\1", false)]
    [InlineData("begini", "#1", false)]
    [InlineData("begini", "?1", false)]
    [InlineData("begini", "\n", false)]
    [InlineData("begini", "\u0001", false)]
    [InlineData("begini", "\u0085", false)]
    [InlineData("begini", "ü", false)]
    [InlineData("s", "", false)]
    [InlineData("BEGINI", "", false)]
    [InlineData("be/gini", "", false)]
    [InlineData("be#gini", "", false)]
    [InlineData("begini\n", "", false)]
    public void Only_names_and_ids_of_our_own_form_are_read(string source, string ending, bool isRead)
        => Assert.Equal(isRead, IsRead(source, Example().EventId + ending));

    [Theory]
    [InlineData(63, 'a', false)]
    [InlineData(64, 'a', true)]
    [InlineData(64, 'A', false)]
    [InlineData(64, 'g', false)]
    [InlineData(2, '0', false)]
    [InlineData(2000, '0', false)]
    public void An_id_is_64_digits_long(int length, char digit, bool isRead) => Assert.Equal(isRead, IsRead("begini", new string(digit, length)));

    [Fact]
    public void No_two_deliveries_share_an_id()
        => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Envelope.NewDelivery()).Distinct().Count());

    /// <summary>With keys that follow from them, as from others.</summary>
    private static bool IsRead(string source, string id)
        => Envelope.TryDecode(Envelope.For(new EventKey(source, id), "t", Time).Encode(), out _, out _);

    private static Envelope Example()
    {
        using var key = ReplayKey.For("begini", "content");
        return Envelope.For(EventKey.Of(key.Add("body").Build()), "application.complete", Time) with { Body = BinaryData.FromBytes([0, 1, 255]) };
    }
}
