namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A fault and how long it took until every slot had begun another stage, counted from its beginning.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Recovery">Until all slots were at work again; <see langword="null"/> when there was no work left for all of them.</param>
public sealed record Fault(string Kind, TimeSpan? Recovery);
