namespace FunctionsIngest.App.Tests;

/// <summary>The functions of the app and what triggers them.</summary>
internal static class ExpectedFunctions
{
    /// <summary>Every binding: the function's name, and the binding with its properties in order of name.</summary>
    public static readonly string[] All =
    [
        """DeliveryTest {"authLevel":"Anonymous","direction":"In","name":"request","route":"v1/webhooks-management/test","type":"httpTrigger"}""",
        """DeliveryTest {"direction":"Out","name":"$return","type":"http"}""",
        """Health {"authLevel":"Anonymous","direction":"In","methods":["get","head"],"name":"request","route":"health","type":"httpTrigger"}""",
        """Health {"direction":"Out","name":"$return","type":"http"}""",
        """KeepPoison {"connection":"WebhookStorage","direction":"In","name":"message","properties":{"supportsDeferredBinding":"True"},"queueName":"%WebhookQueue%-poison","type":"queueTrigger"}""",
        """ProcessEvent {"connection":"WebhookStorage","direction":"In","name":"message","properties":{"supportsDeferredBinding":"True"},"queueName":"%WebhookQueue%","type":"queueTrigger"}""",
        """Ready {"authLevel":"Anonymous","direction":"In","methods":["get","head"],"name":"request","route":"health/ready","type":"httpTrigger"}""",
        """Ready {"direction":"Out","name":"$return","type":"http"}""",
        """ReceiveWebhook {"authLevel":"Anonymous","direction":"In","name":"request","route":"webhooks/{source}","type":"httpTrigger"}""",
        """ReceiveWebhook {"direction":"Out","name":"$return","type":"http"}""",
        """Sweep {"direction":"In","name":"timer","schedule":"0 17 * * * *","type":"timerTrigger"}""",
    ];
}
