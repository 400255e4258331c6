namespace PruneSearch.Cluster;

/// <summary>How long the parts of a cluster wait for each other.</summary>
public sealed record ClusterTimings
{
    /// <summary>How long a stage stays with a worker that is not heard of; above <see cref="Renewal"/>. 15 s by default.</summary>
    public TimeSpan LeaseTimeToLive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a worker renews its lease, tells its progress and learns that it is not wanted any more. 2 s by default.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a coordinator asks its unfinished trajectories, so that a lost message cannot hang a search. 1 s by default.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait of an idle worker before it asks for work again. 500 ms by default.</summary>
    public TimeSpan IdleClaim { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a stage may throw without getting further before it fails for good; at least 1. 3 by default.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long a coordinator waits for one trajectory's answer before it goes on to the others; it asks again later. 5 s by default.</summary>
    public TimeSpan CallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a stage may be started in all without getting further, its worker dying without a word included; at least
    /// <see cref="MaxAttempts"/>. More than that by default (10): users kill processes more often than stages do.
    /// </summary>
    public int MaxSilentAttempts { get; init; } = 10;

    /// <summary>Refuses values that cannot work together.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message says which.</exception>
    public void Validate()
    {
        Require(Renewal > TimeSpan.Zero, nameof(Renewal), "above 0");
        Require(LeaseTimeToLive > Renewal, nameof(LeaseTimeToLive), $"above {nameof(Renewal)} ({Renewal})");
        Require(Poll > TimeSpan.Zero, nameof(Poll), "above 0");
        Require(IdleClaim > TimeSpan.Zero, nameof(IdleClaim), "above 0");
        Require(CallPatience > TimeSpan.Zero, nameof(CallPatience), "above 0");
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
