namespace PruneSearch.Core.Searches;

/// <summary>What work costs, in every unit that a budget may be in.</summary>
/// <param name="Seconds">Slot time.</param>
/// <param name="Trajectories">Proposals.</param>
/// <param name="Steps">Optimizer steps.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.SearchCost")]
public sealed record SearchCost([property: Id(0)] double Seconds, [property: Id(1)] int Trajectories, [property: Id(2)] long Steps)
{
    /// <summary>Cost of a search that has not begun.</summary>
    public static readonly SearchCost None = new(0, 0, 0);

    /// <summary>Sums seconds, trajectories and steps.</summary>
    public static SearchCost operator +(SearchCost a, SearchCost b) => new(a.Seconds + b.Seconds, a.Trajectories + b.Trajectories, a.Steps + b.Steps);
}
