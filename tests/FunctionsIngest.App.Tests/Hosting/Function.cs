using System.Text.Json.Nodes;
using FunctionsIngest.App.Tests.Protocol;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>A function as the worker announces it.</summary>
/// <param name="metadata">The announcement.</param>
internal sealed class Function(RpcFunctionMetadata metadata)
{
    private readonly JsonObject[] _bindings = [.. metadata.RawBindings.Select(binding => JsonNode.Parse(binding)!.AsObject())];

    /// <summary>The announcement, which the host sends back to load the function.</summary>
    public RpcFunctionMetadata Metadata => metadata;

    /// <summary>Its name.</summary>
    public string Name => metadata.Name;

    /// <summary>The id that the worker has given it.</summary>
    public string Id => metadata.FunctionId;

    /// <summary>Its bindings, each as JSON with its properties in the order of their names.</summary>
    public IEnumerable<string> Bindings => _bindings.Select(BindingText.Of);

    /// <summary>The parameter that gets what the trigger brings.</summary>
    public string TriggerName => Trigger["name"]!.GetValue<string>();

    private JsonObject Trigger => _bindings.Single(binding => binding["type"]!.GetValue<string>().EndsWith("Trigger", StringComparison.Ordinal));

    /// <summary>Whether the host sends a request to this function.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request's path.</param>
    /// <param name="values">The values of the route's parameters.</param>
    public bool Matches(HttpMethod method, string path, out RouteValueDictionary values)
    {
        values = [];
        return Trigger["route"]?.GetValue<string>() is { } route
            && (Trigger["methods"] is not JsonArray methods || methods.Any(name => HttpMethod.Parse(name!.GetValue<string>()) == method))
            && new TemplateMatcher(TemplateParser.Parse(route), []).TryMatch(path, values);
    }
}
