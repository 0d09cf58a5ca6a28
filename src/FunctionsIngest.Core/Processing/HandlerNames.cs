using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.Processing;

/// <summary>
/// Checks at start-up that the handlers' names can be told apart, because the row notes by name which have finished.
/// </summary>
internal sealed partial class HandlerNames(IServiceScopeFactory scopes) : IHostedService
{
    /// <exception cref="InvalidOperationException">A name is malformed, or two handlers share one.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var errors = new List<string>();
        foreach (var handlers in scope.ServiceProvider.GetServices<IWebhookHandler>().GroupBy(handler => handler.Name))
        {
            var types = string.Join(" and ", handlers.Select(handler => handler.GetType().Name));
            if (!HandlerName().IsMatch(handlers.Key))
                errors.Add($"The name '{handlers.Key}' of {types} is not a name for a handler: use 1 to 64 letters, digits, '-', '_' and '.'.");
            if (handlers.Skip(1).Any())
                errors.Add($"{types} are all named '{handlers.Key}': give each handler a name of its own.");
        }

        if (errors.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex HandlerName();
}
