namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>What a value of <see cref="JsonText"/> is.</summary>
internal enum JsonNodeKind
{
    Null,
    Text,
    Number,
    Boolean,
    Array,
    Object,
}
