using Orleans.Concurrency;

namespace PruneSearch.Core.Grains;

/// <summary>
/// The queue of ready stages of one device class; its key is the device class, for example <c>cpu</c>. It lives in memory:
/// trajectories ask for their stages again and again, which fills a lost queue. All calls interleave: a stage that does not
/// answer, because its store is away for example, must not keep the other slots waiting.
/// </summary>
[Alias("prunesearch.IDispatcherGrain")]
public interface IDispatcherGrain : IGrainWithStringKey
{
    /// <summary>A stage is ready. Queueing it again only changes its priority.</summary>
    [Alias("Enqueue"), AlwaysInterleave]
    Task EnqueueAsync(string stageKey, int remainingStages);

    /// <summary>A stage is not wanted any more.</summary>
    [Alias("Remove"), AlwaysInterleave]
    Task RemoveAsync(string stageKey);

    /// <summary>A worker cannot run a stage and is not offered it for a while.</summary>
    [Alias("Refused"), AlwaysInterleave]
    Task RefusedAsync(string stageKey, string worker);

    /// <summary>From a slot worker: give me the stage with the longest path behind it, or <see langword="null"/> when none is ready.</summary>
    [Alias("Claim"), AlwaysInterleave]
    Task<StageLease?> ClaimAsync(string worker);
}
