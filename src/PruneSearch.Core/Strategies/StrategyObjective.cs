namespace PruneSearch.Core.Strategies;

/// <summary>An objective as strategies see it: a cost, smaller is better.</summary>
/// <param name="Name">For people: <c>map50</c>.</param>
/// <param name="Reference">
/// A cost that is no use any more: the hypervolume counts what is better. Usually that of the base detector without any accuracy.
/// </param>
/// <param name="Trained">Whether training changes it, as it does accuracy; MACs, parameters and latency are as they are right after pruning.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.StrategyObjective")]
public sealed record StrategyObjective([property: Id(0)] string Name, [property: Id(1)] double Reference, [property: Id(2)] bool Trained);
