using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Configuration;

/// <summary>The root of the configuration that the app reads its settings from.</summary>
/// <param name="Configuration">The root.</param>
internal sealed record SettingsRoot(IConfiguration Configuration);
