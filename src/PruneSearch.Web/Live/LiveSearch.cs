using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>A search as pages show it at a moment. What did not change since the moment before is the same object.</summary>
public sealed record LiveSearch
{
    /// <summary>How it and its trajectories stand.</summary>
    public required SearchStatus Status { get; init; }

    /// <summary>Distinct stages and other figures of it as a whole.</summary>
    public required SearchSummary Summary { get; init; }

    /// <summary>Whether reports are there that were not read yet.</summary>
    public bool IsBehind { get; init; }

    /// <summary>What its frontier weighs.</summary>
    public required IReadOnlyList<Objective> Objectives { get; init; }

    /// <summary>All its models in the order in which they came; a later moment has the same ones at its beginning.</summary>
    public required LiveModels Models { get; init; }

    /// <summary>Models that no other one beats, by falling accuracy.</summary>
    public required IReadOnlyList<LiveModel> Frontier { get; init; }

    /// <summary>How the frontier's volume grew over slot time, thinned out.</summary>
    public required IReadOnlyList<VolumePoint> Volume { get; init; }

    /// <summary>Slot time of all its finished stages, in seconds.</summary>
    public required double SlotSeconds { get; init; }

    /// <summary>How long it still takes at its present pace; <see langword="null"/> where that cannot be said.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>Arms and variants of its trajectories; <see langword="null"/> until its plan was read.</summary>
    public TrajectoryArms? Arms { get; init; }

    /// <summary>Its trajectories, those where something happens first, each in plan order.</summary>
    public required IReadOnlyList<TrajectoryStatus> ByActivity { get; init; }

    /// <summary>What failed, and what was warned of.</summary>
    public required SearchProblems Problems { get; init; }

    /// <summary>How many trajectories failed.</summary>
    public int Failures => Problems.Failed;

    /// <summary>The detector that it was given; <see langword="null"/> before its first report.</summary>
    public LiveModel? Original => Models.Original;
}

/// <summary>Models in the order in which they came: a list that only ever grows, of which a moment sees the beginning.</summary>
public sealed class LiveModels : IReadOnlyList<LiveModel>
{
    private readonly LiveModel[] _items;

    private LiveModels(LiveModel[] items, int count, LiveModel? original) => (_items, Count, Original) = (items, count, original);

    /// <summary>Before the first report.</summary>
    public static LiveModels None { get; } = new([], 0, null);

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>The first base detector.</summary>
    public LiveModel? Original { get; }

    /// <inheritdoc/>
    public LiveModel this[int index] => index < Count ? _items[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The same for what needs a collection; it cannot be changed.</summary>
    public ICollection<LiveModel> Collection => new ArraySegment<LiveModel>(_items, 0, Count);

    /// <summary>With more of them. Only the newest moment may be gone on from: what is behind older ones' ends is shared.</summary>
    public LiveModels With(IReadOnlyList<LiveModel> more)
    {
        var items = _items;
        if (Count + more.Count > items.Length)
        {
            Array.Resize(ref items, Math.Max(64, Math.Max(Count + more.Count, 2 * items.Length)));
        }
        for (int i = 0; i < more.Count; i++)
        {
            items[Count + i] = more[i];
        }
        return new LiveModels(items, Count + more.Count, Original ?? more.FirstOrDefault(m => m.IsBase));
    }

    /// <inheritdoc/>
    public IEnumerator<LiveModel> GetEnumerator() => _items.Take(Count).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
