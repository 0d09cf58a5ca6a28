namespace FunctionsIngest.Configuration;

/// <summary>Options that <see cref="SettingsBinder"/> has bound.</summary>
internal abstract class BoundOptions
{
    /// <summary>What could not be bound. The validator reports it with the rest.</summary>
    internal List<string> BindingErrors { get; } = [];
}
