namespace FunctionsIngest.Tests.Telemetry;

/// <summary>
/// A listener of a meter or an activity source hears every host of the process, so these tests run alone.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TelemetryGroup : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Telemetry";
}
