namespace PruneSearch.Core.Strategies;

/// <summary>What a trial gave at one rung.</summary>
/// <param name="Rung">The rung, 0 for the pruned and compensated detector before training.</param>
/// <param name="Costs">One number an objective of the problem, in its order: smaller is better.</param>
/// <param name="Seconds">Slot-seconds of new work since the rung before, without what was shared; 0 or more.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.RungResult")]
public sealed record RungResult([property: Id(0)] int Rung, [property: Id(1)] IReadOnlyList<double> Costs, [property: Id(2)] double Seconds);
