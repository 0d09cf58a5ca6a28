using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Telemetry;

/// <summary>
/// Loggers for a console that shows no scopes: a line about a webhook begins with the webhook's
/// <see cref="WebhookScope.ShortName"/>. The lines of a user's handlers are such lines too.
/// </summary>
/// <param name="inner">The console's own loggers.</param>
[ProviderAlias("Console")]
internal sealed class WebhookLoggerProvider(ILoggerProvider inner) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this, inner.CreateLogger(categoryName));

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider)
    {
        _scopes = scopeProvider;
        (inner as ISupportExternalScope)?.SetScopeProvider(scopeProvider);
    }

    /// <inheritdoc />
    public void Dispose() => inner.Dispose();

    private string? FindName()
    {
        var name = new StrongBox<string?>();
        _scopes?.ForEachScope(static (scope, name) => name.Value = (scope as WebhookScope)?.ShortName ?? name.Value, name);
        return name.Value;
    }

    private sealed class Logger(WebhookLoggerProvider provider, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!inner.IsEnabled(logLevel))
                return;

            if (provider.FindName() is { } name)
                inner.Log(logLevel, eventId, state, exception, (line, error) => $"{name}: {formatter(line, error)}");
            else
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
