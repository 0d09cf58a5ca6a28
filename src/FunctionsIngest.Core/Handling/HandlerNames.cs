using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.Handling;

/// <summary>
/// Checks at start-up that the handlers' names can be told apart, because the row notes by name which have finished.
/// </summary>
internal sealed partial class HandlerNames(IEnumerable<HandlerRegistration> handlers) : IHostedService
{
    /// <exception cref="InvalidOperationException">A name is malformed, or two handlers share one.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        foreach (var (name, count) in handlers.CountBy(handler => handler.Name, StringComparer.Ordinal))
        {
            if (!HandlerName().IsMatch(name))
                errors.Add($"'{name}' is not a name for a handler: use 1 to 64 letters, digits, '-', '_' and '.'.");
            if (count > 1)
                errors.Add($"{count} handlers are named '{name}': give each a name of its own.");
        }

        return errors.Count == 0 ? Task.CompletedTask : throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex HandlerName();
}
