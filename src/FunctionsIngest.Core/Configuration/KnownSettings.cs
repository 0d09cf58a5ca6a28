namespace FunctionsIngest.Configuration;

/// <summary>Options without a value, so that <see cref="KnownSettingsValidator"/> runs when the host starts.</summary>
internal sealed class KnownSettings;
