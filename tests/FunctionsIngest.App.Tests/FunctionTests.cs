namespace FunctionsIngest.App.Tests;

[Collection(nameof(RunningApp))]
public sealed class FunctionTests(RunningApp app)
{
    [Fact]
    public void The_worker_announces_exactly_these_functions_with_their_bindings_routes_and_methods()
        => Assert.Equal(
            string.Join("\n", ExpectedFunctions.All),
            string.Join("\n", app.Host.Functions.Values
                .SelectMany(function => function.Bindings.Select(binding => $"{function.Name} {binding}"))
                .Order(StringComparer.Ordinal)));
}
