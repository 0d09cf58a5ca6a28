using System.IO.Compression;

namespace FunctionsIngest.Testing;

/// <summary>Writes bodies in a content coding, as senders do.</summary>
public static class ContentEncoder
{
    /// <summary>Compresses a body.</summary>
    /// <param name="coding"><c>deflate</c> or <c>br</c>; any other name is gzip.</param>
    /// <param name="body">The body.</param>
    public static byte[] Compress(string coding, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream encoder = coding switch
        {
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true),
            _ => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            encoder.Write(body);
        }

        return output.ToArray();
    }
}
