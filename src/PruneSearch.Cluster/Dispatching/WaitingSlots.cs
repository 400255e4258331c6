namespace PruneSearch.Cluster.Dispatching;

/// <summary>
/// Slots whose claims wait for a stage, those that wait longest first. There is one claim of each: who asks again, after its process was started anew
/// for example, has given up the one before.
/// </summary>
internal sealed class WaitingSlots(TimeProvider time)
{
    // A stage that so many declined is left to those that ask anew: with a thousand slots that lack a data set, nobody looks at all of them each time.
    private const int LargestSearch = 16;

    private readonly LinkedList<Claim> _line = [];
    private readonly Dictionary<string, LinkedListNode<Claim>> _places = new(StringComparer.Ordinal);

    /// <summary>Waits until the queue has a stage for a slot that found none in it.</summary>
    /// <param name="timeout">For how long at most.</param>
    /// <param name="stopping">The silo stops.</param>
    /// <returns>The stage; <see langword="null"/> when none came, or the slot left.</returns>
    public async Task<ReadyStage?> JoinAsync(string worker, TimeSpan timeout, CancellationToken stopping)
    {
        Leave(worker);
        var claim = new Claim(worker);
        var place = _places[worker] = _line.AddLast(claim);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(claim.Answer.Task, Task.Delay(timeout, time, answered.Token));
        await answered.CancelAsync();
        Remove(place);
        return claim.Answer.Task.IsCompleted ? await claim.Answer.Task : null;
    }

    /// <summary>A slot wants no stage any more.</summary>
    public void Leave(string worker)
    {
        if (_places.TryGetValue(worker, out var place))
        {
            Answer(place, null);
        }
    }

    /// <summary>Gives what is ready to those that wait.</summary>
    public void Serve(ReadyQueue queue)
    {
        int passed = 0;
        for (var place = _line.First; place is not null && queue.Count > 0 && passed < LargestSearch;)
        {
            var next = place.Next;
            if (queue.Take(place.Value.Worker) is { } ready)
            {
                Answer(place, ready);
            }
            else
            {
                passed++;
            }
            place = next;
        }
    }

    private void Answer(LinkedListNode<Claim> place, ReadyStage? ready)
    {
        Remove(place);
        place.Value.Answer.SetResult(ready);
    }

    private void Remove(LinkedListNode<Claim> place)
    {
        if (place.List is not null)
        {
            _line.Remove(place);
            _places.Remove(place.Value.Worker);
        }
    }

    private sealed record Claim(string Worker)
    {
        public TaskCompletionSource<ReadyStage?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
