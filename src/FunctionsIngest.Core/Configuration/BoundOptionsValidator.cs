using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>Reports every mistake of bound options at once: what could not be bound, and what is checked.</summary>
internal class BoundOptionsValidator<TOptions> : IValidateOptions<TOptions>
    where TOptions : BoundOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        Check(options, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Checks what binding cannot: nothing, unless options have more to be checked.</summary>
    /// <param name="options">The options; a setting that could not be bound has its default.</param>
    /// <param name="errors">Receives the mistakes.</param>
    protected virtual void Check(TOptions options, List<string> errors)
    {
        // Where every value of the right type is good.
    }
}
