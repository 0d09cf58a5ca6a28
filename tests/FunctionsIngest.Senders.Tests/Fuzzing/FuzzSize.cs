using System.Globalization;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>How many inputs the fuzz tests make.</summary>
internal static class FuzzSize
{
    private const string Variable = "FUNCTIONSINGEST_FUZZ";

    /// <summary>The number that the variable FUNCTIONSINGEST_FUZZ gives, or the usual one.</summary>
    /// <param name="usual">How many inputs are made where the variable is not set.</param>
    public static int Of(int usual)
        => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
