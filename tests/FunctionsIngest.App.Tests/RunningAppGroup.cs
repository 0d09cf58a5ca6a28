namespace FunctionsIngest.App.Tests;

/// <summary>The tests that share one running app.</summary>
[CollectionDefinition(nameof(RunningApp))]
public sealed class RunningAppGroup : ICollectionFixture<RunningApp>;
