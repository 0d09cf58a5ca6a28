using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FunctionsIngest.Model;

/// <summary>
/// Visits every state that the protocol can reach, breadth first, so that the first counterexample is a shortest one;
/// then looks for ways to go round for ever although everybody who can move for ever does move some day.
/// </summary>
internal sealed class Explorer(Protocol protocol)
{
    private const int Limit = 12_000_000;

    static Explorer()
    {
        if (Unsafe.SizeOf<State>() % sizeof(ulong) != 0)
            throw new InvalidOperationException($"A state is {Unsafe.SizeOf<State>()} bytes: it must be whole words.");
    }

    private readonly List<Step> _steps = [];
    private State[] _states = new State[1024];
    private int[] _parents = new int[1024];
    private Party[] _movable = new Party[1024];
    private int[] _firstEdge = new int[1025];
    private int[] _edges = new int[4096];
    private Party[] _edgeParties = new Party[4096];
    private int[] _slots = new int[4096];
    private int _stateCount;
    private int _edgeCount;

    public Exploration Explore()
    {
        Visit(protocol.Start(), parent: -1);
        for (var current = 0; current < _stateCount; current++)
        {
            var problem = protocol.Violation(_states[current]);
            Expand(current);
            if (problem is null && _movable[current] == Party.None)
                problem = protocol.FinalViolation(_states[current]);
            if (problem is not null)
                return new Exploration(_stateCount, _edgeCount, Story(PathTo(current), problem));
        }

        var endless = FindEndless();
        return new Exploration(_stateCount, _edgeCount, endless);
    }

    private void Expand(int current)
    {
        _steps.Clear();
        protocol.Steps(_states[current], _steps);
        foreach (ref readonly var step in CollectionsMarshal.AsSpan(_steps))
        {
            var target = Visit(step.Next.Canonical(), current);
            if (_edgeCount == _edges.Length)
            {
                Array.Resize(ref _edges, _edgeCount * 2);
                Array.Resize(ref _edgeParties, _edgeCount * 2);
            }

            _edges[_edgeCount] = target;
            _edgeParties[_edgeCount++] = step.Party;
            _movable[current] |= step.Party;
        }

        _firstEdge[current + 1] = _edgeCount;
    }

    private int Visit(in State state, int parent)
    {
        var mask = _slots.Length - 1;
        var slot = Hash(state) & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            if (Words(_states[_slots[slot] - 1]).SequenceEqual(Words(state)))
                return _slots[slot] - 1;
        }

        if (_stateCount == Limit)
            throw new InvalidOperationException($"More than {Limit} states: give the configuration smaller budgets.");
        if (_stateCount == _states.Length)
        {
            Array.Resize(ref _states, _stateCount * 2);
            Array.Resize(ref _parents, _stateCount * 2);
            Array.Resize(ref _movable, _stateCount * 2);
            Array.Resize(ref _firstEdge, (_stateCount * 2) + 1);
        }

        _states[_stateCount] = state;
        _parents[_stateCount] = parent;
        _slots[slot] = ++_stateCount;
        if (_stateCount * 2 > _slots.Length)
            Rehash();
        return _stateCount - 1;
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 4];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _stateCount; i++)
        {
            var slot = Hash(_states[i]) & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = i + 1;
        }
    }

    private static ReadOnlySpan<ulong> Words(in State state) => MemoryMarshal.Cast<State, ulong>(new ReadOnlySpan<State>(in state));

    private static int Hash(in State state)
    {
        var hash = 0UL;
        foreach (var word in Words(state))
            hash = (BitOperations.RotateLeft(hash, 23) ^ word) * 0x9E3779B97F4A7C15UL;
        return (int)(hash >> 34);
    }

    /// <summary>
    /// A set of states that can all reach each other is a way to go round for ever, unless somebody can move in every
    /// one of them and never does within: then he will move some day, and out of it. States are kept up to the names of
    /// twins, but the parties are roles, and a holder changes within such a set only if its lease lapses, which has a
    /// budget: so it is one and the same holder.
    /// </summary>
    private string? FindEndless()
    {
        var index = new int[_stateCount];
        var low = new int[_stateCount];
        var next = new int[_stateCount];
        var done = new bool[_stateCount];
        var component = new Stack<int>();
        var calls = new Stack<int>();
        var counter = 0;
        calls.Push(0);
        while (calls.Count > 0)
        {
            var state = calls.Peek();
            if (index[state] == 0)
            {
                index[state] = low[state] = ++counter;
                next[state] = _firstEdge[state];
                component.Push(state);
            }

            if (next[state] < _firstEdge[state + 1])
            {
                var target = _edges[next[state]];
                if (index[target] == 0)
                {
                    calls.Push(target);
                    continue;
                }

                if (!done[target])
                    low[state] = Math.Min(low[state], low[target]);
                next[state]++;
                continue;
            }

            calls.Pop();
            if (low[state] != index[state])
                continue;
            var members = new HashSet<int>();
            int member;
            do
            {
                member = component.Pop();
                done[member] = true;
                members.Add(member);
            }
            while (member != state);

            if (IsEndless(members))
                return Story([.. PathTo(state), .. Round(state, members)], "and so on for ever");
        }

        return null;
    }

    private bool IsEndless(HashSet<int> members)
    {
        var hasEdge = false;
        var ableThroughout = ~Party.None;
        var moving = Party.None;
        foreach (var member in members)
        {
            ableThroughout &= _movable[member];
            for (var edge = _firstEdge[member]; edge < _firstEdge[member + 1]; edge++)
            {
                if (members.Contains(_edges[edge]))
                {
                    hasEdge = true;
                    moving |= _edgeParties[edge];
                }
            }
        }

        return hasEdge && (ableThroughout & ~moving) == Party.None;
    }

    private List<int> PathTo(int state)
    {
        var path = new List<int>();
        for (; state >= 0; state = _parents[state])
            path.Add(state);
        path.Reverse();
        return path;
    }

    /// <summary>
    /// A shortest way from a state through others of its set back to it, without the state itself at the beginning.
    /// </summary>
    private List<int> Round(int start, HashSet<int> members)
    {
        var cameFrom = new Dictionary<int, int>();
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var state))
        {
            for (var edge = _firstEdge[state]; edge < _firstEdge[state + 1]; edge++)
            {
                var target = _edges[edge];
                if (!members.Contains(target) || !cameFrom.TryAdd(target, state))
                    continue;
                if (target != start)
                {
                    queue.Enqueue(target);
                    continue;
                }

                var round = new List<int> { start };
                for (var back = state; back != start; back = cameFrom[back])
                    round.Add(back);
                round.Reverse();
                return round;
            }
        }

        throw new InvalidOperationException("There is no way round.");
    }

    /// <summary>
    /// Goes the path once more without swapping twins, so that processor 1 stays processor 1 throughout.
    /// </summary>
    private string Story(List<int> path, string ending)
    {
        var story = new StringBuilder();
        var state = protocol.Start();
        for (var i = 1; i < path.Count; i++)
        {
            _steps.Clear();
            protocol.Steps(state, _steps);
            var step = _steps.First(step => Words(step.Next.Canonical()).SequenceEqual(Words(_states[path[i]])));
            state = step.Next;
            story.Append(i).Append(". ").Append(step.Who).Append(' ').Append(step.What).Append("\n      ").Append(Picture.Of(state)).Append('\n');
        }

        return story.Append("=> ").Append(ending).ToString();
    }
}
