namespace FunctionsIngest.Infra;

/// <summary>A test with several cases that needs the Bicep command line.</summary>
internal sealed class BicepTheoryAttribute : TheoryAttribute
{
    /// <summary>Why such tests are skipped elsewhere.</summary>
    public const string Reason = "The Bicep command line is restored on Linux x64 only; there these tests run.";

    public BicepTheoryAttribute()
    {
        if (Bicep.Path is null)
            Skip = Reason;
    }
}
