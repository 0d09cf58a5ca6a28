namespace FunctionsIngest.Infra;

/// <summary>A test that needs the Bicep command line.</summary>
internal sealed class BicepFactAttribute : FactAttribute
{
    public BicepFactAttribute()
    {
        if (Bicep.Path is null)
            Skip = BicepTheoryAttribute.Reason;
    }
}
