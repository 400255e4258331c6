using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Stages;

/// <summary>
/// Who wants a stage, and its place in the queue of its device class. Nothing of it is persisted: trajectories ask again and again.
/// </summary>
internal sealed class StageWaiters(StageKey key, IGrainFactory grains, ClusterTimings timings, StageSpans spans, ILogger logger)
{
    private readonly HashSet<string> _waiters = [];
    private readonly Dictionary<string, int> _searches = []; // how many of the waiters each has
    private Request? _request;

    /// <summary>What is wanted, and by whom last; <see langword="null"/> when nobody wants it.</summary>
    public Request? Wanted => _waiters.Count > 0 ? _request : null;

    /// <summary>A trajectory wants it. The longest path of all that want it counts.</summary>
    /// <exception cref="ArgumentException">The description is another stage's.</exception>
    public void Add(string trajectory, Request request)
    {
        if (_request is null && request.Description.ComputeKey() is var described && described != key)
        {
            throw new ArgumentException($"Stage {key} was asked for with the description of stage {described}.");
        }
        if (_waiters.Add(trajectory))
        {
            _searches[SearchOf(trajectory)] = _searches.GetValueOrDefault(SearchOf(trajectory)) + 1;
        }
        spans.Wanted(trajectory, request);
        _request = request with
        {
            Description = _request?.Description ?? request.Description,
            RemainingStages = Math.Max(request.RemainingStages, _request?.RemainingStages ?? 0),
        };
    }

    /// <summary>A trajectory does not want it any more, if it says so itself.</summary>
    public async Task RemoveAsync(string trajectory)
    {
        if (_waiters.Contains(trajectory) && !await WaitsAsync(trajectory, otherwise: false))
        {
            Remove(trajectory);
        }
    }

    /// <summary>What is wanted by a trajectory that says so itself: whoever asked in its name does not count.</summary>
    public async Task<Request?> ConfirmAsync()
    {
        while (_waiters.Count > 0)
        {
            string waiter = _waiters.First();
            if (await WaitsAsync(waiter, otherwise: true))
            {
                return _request;
            }
            Remove(waiter);
        }
        return null;
    }

    /// <summary>Puts it into the queue if it is wanted.</summary>
    public Task EnqueueAsync() =>
        Wanted is { } wanted ? Dispatcher(wanted).EnqueueAsync(key, wanted.RemainingStages, [.. _searches.Keys]) : Task.CompletedTask;

    /// <summary>Takes it off the queue if it may be there.</summary>
    public Task DequeueAsync() => _request is null ? Task.CompletedTask : Dispatcher(_request).RemoveAsync(key);

    /// <summary>A worker cannot run it and is not offered it for a while.</summary>
    public Task DeclinedAsync(string worker, string reason) => _request is null ? Task.CompletedTask : Dispatcher(_request).DeclinedAsync(key, worker, reason);

    /// <summary>It is over: tells all that wait for it, and nobody does any more.</summary>
    /// <param name="report">How it ended; <see langword="null"/> when it failed.</param>
    public Task TellAsync(StageReport? report)
    {
        foreach (string waiter in _waiters)
        {
            grains.GetGrain<ITrajectoryGrain>(waiter).StageEndedAsync(key).FireAndForget(logger, $"stage {key}");
        }
        spans.End(_waiters, report);
        _waiters.Clear();
        _searches.Clear();
        return DequeueAsync();
    }

    // The key of a trajectory is SEARCH/NAME.
    private static string SearchOf(string trajectory) => trajectory.Split('/')[0];

    private void Remove(string trajectory)
    {
        string search = SearchOf(trajectory);
        if (_waiters.Remove(trajectory) && --_searches[search] == 0)
        {
            _searches.Remove(search);
        }
    }

    // The trajectory may be waiting for this stage's answer: the question is one that it answers in between.
    private async Task<bool> WaitsAsync(string trajectory, bool otherwise)
    {
        try
        {
            return await grains.GetGrain<ITrajectoryGrain>(trajectory).WaitsForAsync(key).WaitAsync(timings.CallTimeout);
        }
        catch (Exception e)
        {
            Log.MessageLost(logger, e, $"stage {key}");
            return otherwise;
        }
    }

    private IDispatcherGrain Dispatcher(Request request) => grains.GetGrain<IDispatcherGrain>(request.DeviceClass);

    /// <summary>What a trajectory asks for.</summary>
    /// <param name="Description">What to do.</param>
    /// <param name="DeviceClass">Whose slots may run it.</param>
    /// <param name="RemainingStages">Stages that the trajectory has from here on.</param>
    /// <param name="TraceParent">W3C trace context of the trajectory.</param>
    public sealed record Request(StageDescription Description, string DeviceClass, int RemainingStages, string? TraceParent)
    {
        /// <summary>The lease for whoever gets it, with the trace context of the stage.</summary>
        public StageLease Lease(StageKey key, LeaseTicket ticket, int attempt, TimeSpan timeToLive, string? traceParent) => new()
        {
            Key = key,
            Description = Description,
            Epoch = ticket.Epoch,
            Attempt = attempt,
            Worker = ticket.Worker,
            Secret = ticket.Secret,
            TimeToLive = timeToLive,
            TraceParent = traceParent,
        };
    }
}
