using FunctionsIngest.Bodies;

namespace FunctionsIngest.Cli;

/// <summary>A file that the user names, or <c>-</c> for the standard input.</summary>
internal static class InputFile
{
    // The largest body that the app can be told to take.
    private const int MaxBytes = BodyOptions.LargestMaxBodyBytes;

    /// <summary>Reads it whole.</summary>
    /// <exception cref="CommandException">It cannot be read, or is larger than any webhook.</exception>
    public static async Task<byte[]> ReadAsync(Terminal terminal, string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var input = path == "-" ? terminal.OpenInput() : File.OpenRead(terminal.PathOf(path));
            using var output = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (await input.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (output.Length + read > MaxBytes)
                    throw new CommandException($"'{path}' is larger than {MaxBytes} bytes, the most that a webhook can have.");
                output.Write(buffer, 0, read);
            }

            return output.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' cannot be read: {exception.Message}");
        }
    }
}
