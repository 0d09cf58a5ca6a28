namespace FunctionsIngest.Configuration;

/// <summary>
/// The options of a section as they were bound, once, before anything has checked them. Validators that compare the
/// settings of two folders take this, because <c>IOptions</c> throws where the other folder has a mistake of its own.
/// </summary>
/// <param name="value">The options.</param>
internal sealed class BoundSettings<TOptions>(TOptions value)
    where TOptions : BoundOptions
{
    public TOptions Value => value;
}
