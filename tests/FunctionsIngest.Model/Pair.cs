using System.Runtime.CompilerServices;

namespace FunctionsIngest.Model;

/// <summary>Two of a kind, in either order.</summary>
[InlineArray(2)]
internal struct Pair<T>
    where T : unmanaged
{
    private T _first;
}
