using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>Hands out the options that were bound, instead of binding them again.</summary>
internal sealed class BoundOptionsFactory<TOptions>(
    BoundSettings<TOptions> settings,
    IEnumerable<IConfigureOptions<TOptions>> setups,
    IEnumerable<IPostConfigureOptions<TOptions>> postConfigures,
    IEnumerable<IValidateOptions<TOptions>> validations)
    : OptionsFactory<TOptions>(setups, postConfigures, validations)
    where TOptions : BoundOptions
{
    /// <inheritdoc />
    protected override TOptions CreateInstance(string name) => settings.Value;
}
