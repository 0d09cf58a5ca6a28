using System.IO.Compression;
using System.Security.Cryptography;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;
using FunctionsIngest.Senders.Tests.Signatures;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>
/// Many bodies in content codings, whole and broken, under right and wrong names. What comes out is compared with a
/// decoder of the tests; for br, with what was compressed and with .NET's stream.
/// </summary>
public sealed class ContentCodingFuzzTests(ITestOutputHelper output)
{
    private const int Usual = 100_000;
    private const int Seed = 17;
    private static readonly string?[] Names = [null, "", "identity", "gzip", "gzip", "gzip", "x-gzip", "GZip", "deflate", "deflate", "br", "br", "Br ", "zstd", "gzip, br", "nonsense", "gz\u00efp"];
    private static readonly string[] Types = ["application/json", "application/json", "", "application/gzip", "APPLICATION/X-GZIP; a=b", "application/gzip-not", "text/plain"];
    private static readonly byte[] Key = "the secret of a sender"u8.ToArray();

    [Fact]
    public void Only_whole_streams_come_out_and_nothing_else_is_thrown()
    {
        var random = new Random(Seed);
        var decoded = 0;
        var refused = 0;
        var count = FuzzSize.Of(Usual);
        for (var number = 0; number < count; number++)
        {
            var body = CodedBody.Make(random);
            var name = random.Next(3) == 0 ? Names[random.Next(Names.Length)] : body.Coding ?? ContentDecoder.Codings[random.Next(ContentDecoder.Codings.Count)];
            var ratio = random.Next(3) switch { 0 => ContentDecoder.MaxRatio, 1 => random.Next(1, 10), _ => int.MaxValue };
            var coding = CodingOf(name);
            var isOpen = ContentDecoder.TryOpen(ContentDecoder.NameOf(name), body.Bytes, ratio, out var stream);
            using (stream)
            {
                if (isOpen != coding is "gzip" or "deflate" or "br")
                    Assert.Fail($"Body {number}: '{name}' is {(isOpen ? "" : "not ")}opened.");
                if (!isOpen)
                    continue;

                var expected = Decode(coding!, body);
                if (expected?.Length > (long)body.Bytes.Length * ratio)
                    expected = null;
                var actual = ReadAll(stream!);
                if (expected is null ? actual is not null : actual is null || !actual.AsSpan().SequenceEqual(expected))
                    Assert.Fail($"Body {number} as '{name}', at most {ratio} times: {(actual is null ? "refused" : "decoded")}: {Convert.ToHexString(body.Bytes)}");

                _ = actual is null ? refused++ : decoded++;
            }
        }

        output.WriteLine($"{decoded} decoded, {refused} refused, {count - decoded - refused} of no known coding");
        Assert.InRange(decoded, count / 20, count);
        Assert.InRange(refused, count / 20, count);
    }

    [Fact]
    public async Task Nothing_is_inflated_that_was_not_asked_for()
    {
        var scheme = Schemes.Create("begini");
        var key = scheme.Key("the secret of a sender");
        var random = new Random(Seed);
        var inflated = 0;
        var count = FuzzSize.Of(Usual);
        for (var number = 0; number < count; number++)
        {
            var body = CodedBody.Make(random);
            var name = Names[random.Next(Names.Length)];
            var type = Types[random.Next(Types.Length)];
            var headers = new HeaderDictionary { ["Content-Encoding"] = name, ["Content-Type"] = type };
            var plain = ReferenceInflater.Gunzip(body.Bytes);

            // A source that asks for nothing verifies the bytes that came, and those alone.
            var request = new SignedRequest("POST", "/webhooks/tested", headers, body.Bytes);
            headers["X-Signature"] = Convert.ToHexString(HMACSHA512.HashData(Key, body.Plain));
            var ofPlain = VerifiedWebhook.Verify(scheme, request, [key], Schemes.Now, out _);
            headers["X-Signature"] = Convert.ToHexString(HMACSHA512.HashData(Key, body.Bytes));
            var ofBytes = VerifiedWebhook.Verify(scheme, request, [key], Schemes.Now, out var webhook);
            if (ofBytes != VerificationResult.Verified || (ofPlain == VerificationResult.Verified) != body.Bytes.AsSpan().SequenceEqual(body.Plain) || !webhook!.Body.Span.SequenceEqual(body.Bytes))
                Assert.Fail($"Body {number}: {ofBytes}, {ofPlain}");

            var opened = false;
            var fits = await webhook.InflateAsync(stream =>
            {
                opened = true;
                using var output = new MemoryStream();
                stream.CopyTo(output);
                return ValueTask.FromResult<ReadOnlyMemory<byte>?>(output.ToArray());
            });

            var isGzip = body.Bytes.AsSpan().StartsWith(new byte[] { 0x1F, 0x8B, 8 });
            var isInflated = isGzip && plain is not null;
            var coding = isInflated || (CodingOf(name) == "gzip" && !isGzip) ? null : CodingOf(name);
            if (!fits || opened != isGzip || webhook.IsInflated != isInflated || webhook.ContentCoding != coding || !webhook.Body.Span.SequenceEqual(isInflated ? plain : body.Bytes))
                Assert.Fail($"Body {number} as '{name}' and '{type}': opened {opened}, inflated {webhook.IsInflated}, coding '{webhook.ContentCoding}': {Convert.ToHexString(body.Bytes)}");

            inflated += isInflated ? 1 : 0;
        }

        output.WriteLine($"{inflated} of {count} inflated");
        Assert.InRange(inflated, count / 50, count);
    }

    /// <summary>What a Content-Encoding names.</summary>
    private static string? CodingOf(string? name) => name?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" or "gz\u00efp" => null,
        "x-gzip" => "gzip",
        var other => other,
    };

    private static byte[]? Decode(string coding, CodedBody body) => coding switch
    {
        "gzip" => ReferenceInflater.Gunzip(body.Bytes),
        "deflate" => ReferenceInflater.Unzlib(body.Bytes),
        _ => body.Coding == "br" ? body.Plain : Unbrotli(body.Bytes),
    };

    /// <summary>Undoes br by .NET's stream, which does not say where it ended.</summary>
    private static byte[]? Unbrotli(byte[] bytes)
    {
        using var source = new MemoryStream(bytes);
        using var decoder = new BrotliStream(source, CompressionMode.Decompress);
        try
        {
            using var output = new MemoryStream();
            decoder.CopyTo(output);
            return BrotliDecoder.TryDecompress(bytes, new byte[output.Length + 1], out var written) && written == output.Length && !EndsEarly(bytes, (int)output.Length) ? output.ToArray() : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether a stream is whole without its last byte.</summary>
    private static bool EndsEarly(byte[] bytes, int length) => BrotliDecoder.TryDecompress(bytes.AsSpan(0, bytes.Length - 1), new byte[length + 1], out _);

    private static byte[]? ReadAll(Stream stream)
    {
        try
        {
            using var output = new MemoryStream();
            stream.CopyTo(output);
            return output.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
