namespace PruneSearch.Cluster;

/// <summary>How long the parts of a cluster wait for each other.</summary>
public sealed record ClusterTimings
{
    /// <summary>How long a stage stays with a worker that is not heard of; above <see cref="Renewal"/>. 15 s by default.</summary>
    public TimeSpan LeaseTimeToLive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often a worker whose stage gets on renews its lease, tells its progress and learns that it is not wanted any more. 2 s by default.
    /// </summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a coordinator asks its unfinished trajectories, so that a lost message cannot hang a search. 1 s by default.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a claim of an idle slot waits at the queue for a stage, at most a third of <see cref="LeaseTimeToLive"/>: a slot that dies meanwhile may be
    /// given one. 5 s by default.
    /// </summary>
    public TimeSpan ClaimWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause of an idle slot whose claim was answered at once before it asks again. 500 ms by default.</summary>
    public TimeSpan IdleClaim { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a stage may throw without getting further before it fails for good; at least 1. 3 by default.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long a coordinator or a worker waits for one answer before it goes on; it asks again later. 5 s by default.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a stage may be started in all without getting further, its worker dying without a word included; at least
    /// <see cref="MaxAttempts"/>. More than that by default (10): users kill processes more often than stages do.
    /// </summary>
    public int MaxSilentAttempts { get; init; } = 10;

    /// <summary>Longest time without progress before a stage is taken for hung, by part.</summary>
    public SilenceLimits Silence { get; init; } = new();

    /// <summary>
    /// How long a stage that was told to stop, because it hangs or is not wanted any more, may take to do so. One that takes longer
    /// keeps its slot for itself: then the process has to end. 30 s by default.
    /// </summary>
    public TimeSpan LetGo { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same when the process is told to stop: after it, the stage goes on from its last snapshot elsewhere. 5 s by default.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stage is tried again while attempts fail of their place (disk, store, memory) and none gets further. 30 min by default.</summary>
    public TimeSpan PlacementTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest pause of a worker after a fault of its place; the first is 2 s, each is twice the one before. 2 min by default.</summary>
    public TimeSpan LongestPlacePause { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often what no search needs any more is deleted, where that is wanted; the first time after a sixtieth of it. 1 h by default.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Refuses values that cannot work together.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message says which.</exception>
    public void Validate()
    {
        Require(Renewal > TimeSpan.Zero, nameof(Renewal), "above 0");
        Require(LeaseTimeToLive > Renewal, nameof(LeaseTimeToLive), $"above {nameof(Renewal)} ({Renewal})");
        Require(Poll > TimeSpan.Zero, nameof(Poll), "above 0");
        Require(ClaimWait > TimeSpan.Zero, nameof(ClaimWait), "above 0");
        Require(IdleClaim > TimeSpan.Zero, nameof(IdleClaim), "above 0");
        Require(CallTimeout > TimeSpan.Zero, nameof(CallTimeout), "above 0");
        Require(LetGo > TimeSpan.Zero, nameof(LetGo), "above 0");
        Require(StopGrace > TimeSpan.Zero, nameof(StopGrace), "above 0");
        Require(PlacementTimeout >= TimeSpan.Zero, nameof(PlacementTimeout), "at least 0");
        Require(LongestPlacePause > TimeSpan.Zero, nameof(LongestPlacePause), "above 0");
        Require(Retention > TimeSpan.Zero, nameof(Retention), "above 0");
        Require(MaxAttempts >= 1, nameof(MaxAttempts), "at least 1");
        Require(MaxSilentAttempts >= MaxAttempts, nameof(MaxSilentAttempts), $"at least {nameof(MaxAttempts)} ({MaxAttempts})");
    }

    private static void Require(bool holds, string name, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(ClusterTimings)}.{name} must be {expected}.", name);
        }
    }
}
