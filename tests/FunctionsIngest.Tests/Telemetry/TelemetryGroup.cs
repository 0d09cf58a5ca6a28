namespace FunctionsIngest.Tests.Telemetry;

/// <summary>Whoever listens to a meter or an activity source hears every host of the process: these tests run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryGroup : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Telemetry";
}
