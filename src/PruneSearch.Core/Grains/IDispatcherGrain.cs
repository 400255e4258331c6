using Orleans.CodeGeneration;
using Orleans.Concurrency;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>
/// The queue of ready stages of one device class; its key is the device class, for example <c>cpu</c>. It lives in memory:
/// trajectories ask for their stages again and again, which fills a lost queue. All calls interleave: a stage that does not
/// answer, because its store is away for example, must not keep the other slots waiting.
/// </summary>
[Alias("prunesearch.IDispatcherGrain"), Version(2)]
public interface IDispatcherGrain : IGrainWithStringKey
{
    /// <summary>A stage is ready. Queueing it again only changes how long the path behind it is and whose it is.</summary>
    /// <param name="remainingStages">The longest path behind it, itself included.</param>
    /// <param name="searches">Searches that want it.</param>
    [Alias("Enqueue"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task EnqueueAsync(StageKey stageKey, int remainingStages, IReadOnlyList<string> searches);

    /// <summary>From a search at work, again and again: what it shall get of the slots.</summary>
    [Alias("Weigh"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task WeighAsync(string searchId, SlotSettings slots);

    /// <summary>A stage is not wanted any more.</summary>
    [Alias("Remove"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task RemoveAsync(StageKey stageKey);

    /// <summary>A worker cannot run a stage and is not offered it for a while.</summary>
    /// <param name="reason">Why, in one line.</param>
    [Alias("Declined"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task DeclinedAsync(StageKey stageKey, string worker, string reason);

    /// <summary>
    /// From a slot worker: give me the stage with the longest path behind it of the search whose turn it is, or <see langword="null"/> when none is ready.
    /// </summary>
    [Alias("Claim"), AllowedTo(Callers.Workers), AlwaysInterleave]
    Task<StageLease?> ClaimAsync(string worker);

    /// <summary>
    /// The same; when none is ready, the answer waits until one is. While it does, the slot need not say that it is there. A later claim of the same
    /// slot ends this one.
    /// </summary>
    /// <param name="timeout">After which it is <see langword="null"/>; 10 s at most.</param>
    [Alias("Await"), AllowedTo(Callers.Workers), AlwaysInterleave]
    Task<StageLease?> AwaitAsync(string worker, TimeSpan timeout);

    /// <summary>From a slot worker that stops or rests: a claim of it that waits is answered with nothing.</summary>
    [Alias("Leave"), AllowedTo(Callers.Workers), AlwaysInterleave]
    Task LeaveAsync(string worker);

    /// <summary>From a slot worker, now and then, also while it works: it is there. A claim says so too.</summary>
    [Alias("Present"), AllowedTo(Callers.Workers), AlwaysInterleave]
    Task PresentAsync(string worker);

    /// <summary>How the queue stands.</summary>
    /// <param name="limit">Largest number of stages that are named, at least 0.</param>
    [Alias("Queue"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<QueueStatus> GetStatusAsync(int limit);
}

/// <summary>How the queue of a device class stands.</summary>
[GenerateSerializer, Alias("prunesearch.QueueStatus")]
public sealed record QueueStatus
{
    /// <summary>Stages in the queue.</summary>
    [Id(0)]
    public required int Length { get; init; }

    /// <summary>Keys of the first of them, in the order in which they go.</summary>
    [Id(1)]
    public required IReadOnlyList<StageKey> First { get; init; }

    /// <summary>Slots that were heard of lately; <see langword="null"/> while the queue is so new that they had no time to be heard of.</summary>
    [Id(2)]
    public required int? Slots { get; init; }

    /// <summary>Stages that slots declined lately.</summary>
    [Id(3)]
    public required IReadOnlyList<DeclinedStage> Declined { get; init; }

    /// <summary>Searches that wait for slots or have some, the highest priority first.</summary>
    [Id(4)]
    public IReadOnlyList<SearchShare> Searches { get; init; } = [];
}

/// <summary>What a search has of the slots of a device class.</summary>
/// <param name="Search">Its identifier.</param>
/// <param name="Slots">What it shall get.</param>
/// <param name="Waiting">Its stages in the queue; one that several searches want counts for each.</param>
/// <param name="Running">Slots that work for it, as far as the queue knows.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.SearchShare")]
public sealed record SearchShare(
    [property: Id(0)] string Search, [property: Id(1)] SlotSettings Slots, [property: Id(2)] int Waiting, [property: Id(3)] int Running);

/// <summary>A stage that slots declined lately.</summary>
/// <param name="Slots">Slots that declined it.</param>
/// <param name="Reason">What the last one of them said.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.DeclinedStage")]
public sealed record DeclinedStage([property: Id(0)] StageKey Key, [property: Id(1)] int Slots, [property: Id(2)] string Reason);
