namespace FunctionsIngest.Chaos.Handlers;

/// <summary>A moment of a handler's run.</summary>
internal enum RunMoment
{
    Started,
    Finished,
    Failed,
}
