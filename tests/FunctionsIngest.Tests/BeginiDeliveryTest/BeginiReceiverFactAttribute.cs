namespace FunctionsIngest.Tests.BeginiDeliveryTest;

/// <summary>A test that needs Begini's receiver, skipped where it cannot run.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BeginiReceiverFactAttribute : FactAttribute
{
    public BeginiReceiverFactAttribute() => Skip = BeginiReceiver.Missing;
}
