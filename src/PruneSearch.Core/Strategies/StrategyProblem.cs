namespace PruneSearch.Core.Strategies;

/// <summary>What a strategy has to solve. It does not change while a search runs.</summary>
public sealed record StrategyProblem
{
    /// <summary>What may be chosen.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>What is weighed, at least one.</summary>
    public required IReadOnlyList<StrategyObjective> Objectives { get; init; }

    /// <summary>
    /// Training of each rung from the base detector on, in optimizer steps or shares of the whole, increasing. The first is 0 where
    /// untrained detectors are looked at; a single one means that there is no early stopping.
    /// </summary>
    public required IReadOnlyList<double> Rungs { get; init; }

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; }

    /// <summary>
    /// Costs that are known before a configuration is tried, one an objective, <see langword="null"/> for those that are not. Pure, and
    /// quick: it is asked for thousands of configurations a proposal.
    /// </summary>
    public Func<Configuration, IReadOnlyList<double?>>? Known { get; init; }

    /// <summary>
    /// Expected slot-seconds of new work to bring a configuration to a rung after this history: what is done or shared costs nothing. Pure and
    /// quick as well. <see langword="null"/> where nothing is known of time: every new rung then costs the same.
    /// </summary>
    public Func<Configuration, int, StrategyHistory, double>? Price { get; init; }

    /// <summary>Number of the last rung: a trial there has its whole budget.</summary>
    public int TopRung => Rungs.Count - 1;

    /// <summary>Checks that it makes sense.</summary>
    /// <exception cref="ArgumentException">It does not; one line says what was expected.</exception>
    public StrategyProblem RequireValid()
    {
        Space.RequireValid();
        return Objectives.Count == 0 ? throw new ArgumentException("The problem has no objective: expected at least one.")
            : Objectives.FirstOrDefault(o => !double.IsFinite(o.Reference)) is { } endless
                ? throw new ArgumentException($"Objective '{endless.Name}' has the reference {endless.Reference}: expected a finite number.")
            : Rungs.Count == 0 ? throw new ArgumentException("The problem has no rung: expected at least one.")
            : Rungs.Zip(Rungs.Skip(1)).Any(r => !(r.First < r.Second)) || !(Rungs[0] >= 0)
                ? throw new ArgumentException($"The rungs are {string.Join(", ", Rungs)}: expected increasing numbers of at least 0.")
            : this;
    }
}
