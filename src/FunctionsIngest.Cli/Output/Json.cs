using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FunctionsIngest.Cli.Output;

/// <summary>How JSON is written for machines and for those who read what machines get.</summary>
internal static class Json
{
    /// <summary>Over several lines.</summary>
    public static JsonSerializerOptions Readable { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>On one line, in a stream of them.</summary>
    public static JsonSerializerOptions Line { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes a value. Characters that act on a terminal are escaped, those beyond JSON's own rules too.
    /// </summary>
    public static string Write(object value, JsonSerializerOptions options) => ShownText.Json(JsonSerializer.Serialize(value, options));
}
