using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest;

/// <summary>
/// Puts the invocation's id into the scope of its log lines, under the name that the worker looks for when it sends
/// lines to the host. The worker's OpenTelemetry defaults name it <c>faas.invocation_id</c> only. The host drops a line
/// without an invocation.
/// </summary>
internal sealed class InvocationLogScope(ILogger<InvocationLogScope> logger) : IFunctionsWorkerMiddleware
{
    // Has a text of its own, for consoles that print scopes.
    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("invocation {AzureFunctions_InvocationId}");

    /// <summary>Runs the rest of the invocation within the scope.</summary>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        using var scope = Scope(logger, context.InvocationId);
        await next(context);
    }
}
