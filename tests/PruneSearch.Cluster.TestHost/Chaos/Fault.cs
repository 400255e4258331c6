namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A fault and how long it took until every slot had begun another stage, counted from its beginning.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="At">When it began.</param>
/// <param name="Lasted">How long it lasted.</param>
/// <param name="Recovery">Until all slots were at work again; <see langword="null"/> when there was no work left for all of them.</param>
public sealed record Fault(string Kind, DateTimeOffset At, TimeSpan Lasted, TimeSpan? Recovery)
{
    /// <summary>Attempts that ended between this fault and the next and had to be made again.</summary>
    public int Repeated { get; init; }
}
