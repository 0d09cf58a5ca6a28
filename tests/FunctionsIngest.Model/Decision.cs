namespace FunctionsIngest.Model;

/// <summary>What the decision table says of a message and its row. The names are the product's.</summary>
internal enum Decision
{
    KeepUnreadable,
    DropAtEnd,
    KeepFormer,
    DropAsOlder,
    Defer,
    InsertOutlived,
    Insert,
    Take,
}
