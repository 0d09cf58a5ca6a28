namespace FunctionsIngest.Infra;

/// <summary>The tests that share one compilation of the templates.</summary>
[CollectionDefinition(nameof(Templates))]
public sealed class SharedTemplates : ICollectionFixture<Templates>;
