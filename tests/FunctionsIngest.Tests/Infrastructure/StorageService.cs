namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>A service of a storage account.</summary>
internal enum StorageService
{
    Blob,
    Queue,
    Table,
}
