using Microsoft.Extensions.Logging;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>A line of the worker's log, as it arrives at the host.</summary>
/// <param name="InvocationId">The invocation that it belongs to; empty where the worker names none.</param>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Message">The text.</param>
internal sealed record LogLine(string InvocationId, string Category, LogLevel Level, string Message);
