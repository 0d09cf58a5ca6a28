using System.Runtime.CompilerServices;

namespace FunctionsIngest.Model;

/// <summary>The messages of both queues, in no order that means anything.</summary>
[InlineArray(Capacity)]
internal struct Messages
{
    public const int Capacity = 8;

    private Message _first;

    public void Add(Message message)
    {
        for (var i = 0; i < Capacity; i++)
        {
            if (!this[i].Exists)
            {
                this[i] = message;
                return;
            }
        }

        throw new InvalidOperationException($"A configuration led to more than {Capacity} messages: give it smaller budgets or the model more room.");
    }

    /// <summary>The place of the message that a processor holds, or held until now; -1 if there is none.</summary>
    public readonly int IndexHeldBy(int processor)
    {
        for (var i = 0; i < Capacity; i++)
        {
            if (this[i].Visibility == Visibility.HeldByFirst + (byte)processor || this[i].Visibility == Visibility.LooseFromFirst + (byte)processor)
                return i;
        }

        return -1;
    }

    public readonly bool Any(bool onPoisonQueue)
    {
        for (var i = 0; i < Capacity; i++)
        {
            if (this[i].Exists && this[i].OnPoisonQueue == onPoisonQueue)
                return true;
        }

        return false;
    }

    public readonly bool AnyAt(Func<Message, bool> wanted)
    {
        for (var i = 0; i < Capacity; i++)
        {
            if (this[i].Exists && wanted(this[i]))
                return true;
        }

        return false;
    }

    public void Sort()
    {
        for (var i = 1; i < Capacity; i++)
        {
            var message = this[i];
            var j = i;
            for (; j > 0 && this[j - 1].Bits < message.Bits; j--)
                this[j] = this[j - 1];
            this[j] = message;
        }
    }
}
