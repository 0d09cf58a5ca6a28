namespace FunctionsIngest.Cli;

/// <summary>What an exception tells the user.</summary>
internal static class ExceptionText
{
    /// <summary>
    /// The message's first line: that of a storage client goes on for a page, and its first line says it.
    /// </summary>
    public static string FirstLine(this Exception exception) => exception.GetBaseException().Message.Split('\n')[0].TrimEnd();
}
