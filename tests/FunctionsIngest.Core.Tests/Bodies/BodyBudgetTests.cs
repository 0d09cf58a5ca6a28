using FunctionsIngest.Bodies;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Core.Tests.Bodies;

public sealed class BodyBudgetTests
{
    private const int All = 1000;
    private const int Half = All / 2;

    private readonly FakeTimeProvider _time = new();
    private readonly BodyBudget _budget;

    public BodyBudgetTests() => _budget = new BodyBudget(Options.Create(new BodyOptions { MaxBytesInMemory = All, MaxBytesSpooled = All }), _time);

    /// <summary>
    /// What source A has, what source B has, how many seconds ago B last asked (-1: never), what A asks for, and
    /// whether A gets it when none of the bodies can be ended.
    /// </summary>
    public static TheoryData<int, int, int, int, bool> Shares() => new()
    {
        // Alone, a source may take everything.
        { 0, 0, -1, All, true },
        { 0, 0, -1, All + 1, false },
        { Half, 0, -1, Half, true },
        { Half, 0, -1, Half + 1, false },
        // While another has bytes, however long it has not asked, half of it.
        { 0, 1, 0, Half, true },
        { 0, 1, 0, Half + 1, false },
        { 0, 1, 60, Half, true },
        { 0, 1, 60, Half + 1, false },
        { Half, 1, 0, 1, false },
        { Half - 1, Half, 0, 1, true },
        // The other has given back, and counts for ten seconds more.
        { 0, 0, 0, Half + 1, false },
        { 0, 0, 9, Half + 1, false },
        { 0, 0, 9, Half, true },
        { 0, 0, 10, Half + 1, true },
        { 0, 0, 10, All, true },
    };

    [Theory]
    [MemberData(nameof(Shares))]
    public void A_source_has_half_of_the_room_while_another_asks(int ofA, int ofB, int askedAgo, int asked, bool isGiven)
    {
        foreach (var place in Enum.GetValues<BodyPlace>())
        {
            var budget = new BodyBudget(Options.Create(new BodyOptions { MaxBytesInMemory = All, MaxBytesSpooled = All }), _time);
            using var b = budget.Open("b");
            if (askedAgo >= 0)
            {
                b.Take(place, Math.Max(ofB, 1));
                if (ofB == 0)
                    b.GiveBack(place);
                _time.Advance(TimeSpan.FromSeconds(askedAgo));
            }

            using var a = budget.Open("a");
            a.Take(place, ofA);

            Assert.Equal(isGiven, Gets(a, place, asked));
            Assert.Equal((isGiven ? ofA + asked : 0) + ofB, place == BodyPlace.Memory ? budget.Held : budget.Spooled);
        }
    }

    [Fact]
    public void Where_a_share_is_full_the_slowest_body_of_that_source_is_ended()
    {
        using var old = Waiting("a", 400);
        _time.Advance(TimeSpan.FromSeconds(2));
        using var slow = Waiting("a", 100);
        using var other = Waiting("b", 1);
        _time.Advance(TimeSpan.FromSeconds(1));

        // 133 bytes a second against 100: it is the newer one that is slower.
        using var newest = _budget.Open("a");
        newest.Take(BodyPlace.Memory, 50);

        Assert.Equal((true, false, false), (slow.IsEnded, old.IsEnded, other.IsEnded));
        Assert.Equal(400 + 1 + 50, _budget.Held);
        Assert.Throws<BodyBudgetExceededException>(() => slow.Take(BodyPlace.Memory, 1));
        Assert.Throws<BodyBudgetExceededException>(slow.Complete);
    }

    [Fact]
    public void Of_equally_slow_bodies_the_oldest_is_ended_and_as_many_as_it_takes()
    {
        var bodies = new List<BodyLease>();
        for (var i = 0; i < 10; i++)
        {
            bodies.Add(Waiting("a", 50));
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        using var other = Waiting("b", 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        using var newest = _budget.Open("a");
        newest.Take(BodyPlace.Memory, 120);

        Assert.Equal([true, true, true, false, false, false, false, false, false, false], bodies.Select(body => body.IsEnded));
    }

    [Fact]
    public void A_body_that_is_itself_the_slowest_is_the_one_that_is_ended()
    {
        using var slow = Waiting("a", 10);
        using var fast = Waiting("a", 990);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.False(Gets(slow, BodyPlace.Memory, 10));
        Assert.Equal((true, false), (slow.IsEnded, fast.IsEnded));
        Assert.Equal(990, _budget.Held);
    }

    [Fact]
    public void Bodies_that_arrive_together_do_not_end_each_other()
    {
        using var first = Waiting("a", 900);
        using var second = _budget.Open("a");

        Assert.False(Gets(second, BodyPlace.Memory, 200));
        Assert.False(first.IsEnded);

        _time.Advance(BodyBudget.Grace);
        using var third = _budget.Open("a");
        Assert.True(Gets(third, BodyPlace.Memory, 200));
        Assert.True(first.IsEnded);
    }

    [Fact]
    public void A_body_whose_last_bytes_are_here_need_not_wait_for_bodies_that_are_not_whole()
    {
        using var first = Waiting("a", 900);
        using var second = _budget.Open("a");
        second.Take(BodyPlace.Memory, 200, isLast: true);

        // Slower than all others, and whole all the same.
        using var third = Waiting("a", 1);
        _time.Advance(TimeSpan.FromSeconds(5));
        using var fourth = Waiting("a", 799);
        third.Take(BodyPlace.Memory, 1, isLast: true);

        Assert.Equal((true, false, true), (first.IsEnded, third.IsEnded, fourth.IsEnded));
        Assert.Equal(200 + 2, _budget.Held);
    }

    [Fact]
    public void A_source_that_took_everything_while_it_was_alone_gives_way_at_once()
    {
        using var first = Waiting("a", 600);
        using var second = Waiting("a", 400);
        using var other = _budget.Open("b");

        other.Take(BodyPlace.Memory, 10);

        // Both have just begun, but they are above their share.
        Assert.Equal((false, true), (first.IsEnded, second.IsEnded));
        // And the share of the source is half from now on.
        Assert.False(Gets(first, BodyPlace.Memory, 1));
        Assert.Equal(10, _budget.Held);
    }

    [Fact]
    public void Where_two_sources_have_their_halves_a_third_one_is_let_in_by_the_larger()
    {
        using var a = Waiting("a", 499);
        using var b = Waiting("b", 100);
        using var more = Waiting("b", 400);
        using var c = _budget.Open("c");

        c.Take(BodyPlace.Memory, 10);

        Assert.Equal((false, true, false), (a.IsEnded, b.IsEnded, more.IsEnded));
        Assert.Equal(499 + 400 + 10, _budget.Held);
    }

    [Fact]
    public void A_whole_body_is_not_ended()
    {
        using var whole = Waiting("a", 1000);
        whole.Complete();
        _time.Advance(TimeSpan.FromSeconds(5));
        using var newest = _budget.Open("a");
        using var other = _budget.Open("b");

        Assert.False(Gets(newest, BodyPlace.Memory, 1));
        Assert.False(Gets(other, BodyPlace.Memory, 1));
        Assert.False(whole.IsEnded);
        whole.Dispose();
        Assert.Equal(0, _budget.Held);
    }

    [Fact]
    public void An_ended_body_gives_back_both_places_and_wakes_its_reader()
    {
        using var slow = _budget.Open("a");
        var ended = slow.Wait();
        slow.Take(BodyPlace.Memory, 10);
        slow.Take(BodyPlace.File, 900);
        _time.Advance(TimeSpan.FromSeconds(5));
        using var newest = _budget.Open("a");

        newest.Take(BodyPlace.File, 200);

        Assert.True(ended.IsCancellationRequested);
        Assert.Equal((0, 200), (_budget.Held, _budget.Spooled));
        slow.Dispose();
        Assert.Equal((0, 200), (_budget.Held, _budget.Spooled));
    }

    [Fact]
    public void A_body_that_has_nothing_where_room_is_needed_is_not_ended()
    {
        using var inFile = _budget.Open("a");
        inFile.Wait();
        inFile.Take(BodyPlace.File, 10);
        using var inMemory = Waiting("a", 1000);
        _time.Advance(TimeSpan.FromSeconds(5));
        using var newest = _budget.Open("a");

        newest.Take(BodyPlace.Memory, 1);

        Assert.Equal((false, true), (inFile.IsEnded, inMemory.IsEnded));
    }

    [Fact]
    public async Task Many_threads_at_once_never_take_too_much_and_give_back_everything()
    {
        var most = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (var round = 0; round < 2000; round++)
            {
                using var body = _budget.Open($"source{random.Next(3)}");
                if (random.Next(2) == 0)
                    body.Wait();
                for (var i = 0; i < random.Next(6); i++)
                {
                    if (!Gets(body, (BodyPlace)random.Next(2), random.Next(1, 300)))
                        break;
                    InterlockedMax(ref most, Math.Max(_budget.Held, _budget.Spooled));
                    if (random.Next(4) == 0)
                        body.GiveBack((BodyPlace)random.Next(2));
                }

                if (random.Next(100) == 0)
                    _time.Advance(TimeSpan.FromSeconds(1));
            }
        })));

        Assert.InRange(most, Half, All);
        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); seen < value; seen = Interlocked.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private static bool Gets(BodyLease body, BodyPlace place, int bytes)
    {
        try
        {
            body.Take(place, bytes);
            return true;
        }
        catch (BodyBudgetExceededException)
        {
            return false;
        }
    }

    private BodyLease Waiting(string source, int bytes)
    {
        var lease = _budget.Open(source);
        lease.Wait();
        lease.Take(BodyPlace.Memory, bytes);
        return lease;
    }
}
