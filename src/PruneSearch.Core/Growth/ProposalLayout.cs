using System.Globalization;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>
/// Lays proposals out as trajectories. The stage that prunes to the level does not train where there is a rung 0; each rung above it is a stage
/// that trains on, with a learning rate that rises and falls by itself. So a trajectory to a higher rung begins with the stages of one to
/// a lower rung, and nothing is trained twice.
/// </summary>
public sealed class ProposalLayout
{
    private readonly GrowthPlan _growth;
    private readonly StageDescription _base, _next;
    private readonly StageKey _baseKey;

    /// <summary>For the proposals of one search.</summary>
    /// <exception cref="ArgumentException">The search does not grow.</exception>
    public ProposalLayout(SearchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _growth = plan.Growth ?? throw new ArgumentException($"Search '{plan.Id}' does not grow.", nameof(plan));
        (_base, _baseKey) = (plan.Trajectories[0].Stages[0], plan.Trajectories[0].Keys[0]);
        _next = _base with { Base = null, FineTune = null, Measure = _base.Measure with { Baseline = _baseKey } };
    }

    /// <summary>Optimizer steps up to a rung, of the training after the last pruning.</summary>
    internal static int StepsTo(double rung, int steps) => (int)Math.Ceiling(rung * steps - 1e-9);

    /// <summary>The trajectory of a proposal.</summary>
    /// <param name="number">Its place in the log.</param>
    /// <param name="proposal">What was proposed.</param>
    /// <param name="earlier">The trajectories of the proposals before it.</param>
    /// <exception cref="FormatException">
    /// The proposal is none of this search: its configuration or rung is not in the space, or what it continues is no earlier proposal of the same
    /// configuration to a lower rung.
    /// </exception>
    public ProposedTrajectory Lay(int number, Proposal proposal, IReadOnlyList<ProposedTrajectory> earlier)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ArgumentNullException.ThrowIfNull(earlier);
        var continued = Continued(number, proposal, earlier);
        var configured = ConfiguredTrajectory.Of(_growth.Prune, _growth.FineTune, _growth.Space, proposal.Configuration);
        List<StageDescription> stages = [.. continued?.Plan.Stages ?? [_base]];
        StageKey? parent = continued?.Plan.Keys[^1] ?? _baseKey; // of the stage that is laid next, where it is known already
        List<int> rungs = [.. continued?.RungStages ?? []];
        var last = configured.Schedule == ScheduleKind.Iterative ? configured.FineTune : Unprepared(configured.FineTune);
        if (continued is null)
        {
            foreach (double ratio in configured.Ratios.SkipLast(1))
            {
                Append(configured.Prune with { Ratio = ratio }, configured.FineTune);
            }
            Append(configured.Prune, _growth.Rungs[0] > 0 ? Trained(last, 0, _growth.Rungs[0]) : null);
            rungs.Add(stages.Count - 1);
        }
        while (rungs.Count <= proposal.Rung)
        {
            if (Trained(Unprepared(configured.FineTune), _growth.Rungs[rungs.Count - 1], _growth.Rungs[rungs.Count]) is { } trained)
            {
                Append(null, trained);
            }
            rungs.Add(stages.Count - 1);
        }
        string kind = configured.Schedule == ScheduleKind.Iterative ? "iterative" : "one-shot";
        var plan = new TrajectoryPlan
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"p{number + 1}-{kind}-{Math.Round(configured.Prune.Ratio * 100, 4)}"),
            Arm = kind,
            Schedule = configured.Schedule,
            Ratio = configured.Prune.Ratio,
            Stages = stages.ToArray(),
        };
        return new ProposedTrajectory(number, proposal, plan, rungs.ToArray());

        void Append(PruneSettings? prune, FineTuneSettings? fineTune)
        {
            int? inputSize = stages.Count == 1 ? _base.Base!.Other(configured.InputSize) : null;
            stages.Add(_next with { Parent = parent ?? stages[^1].ComputeKey(), Prune = prune, FineTune = fineTune, InputSize = inputSize });
            parent = null;
        }
    }

    private ProposedTrajectory? Continued(int number, Proposal proposal, IReadOnlyList<ProposedTrajectory> earlier)
    {
        string? wrong = !_growth.Space.Contains(proposal.Configuration) ? $"its configuration {proposal.Configuration} is not in the space"
            : proposal.Rung < 0 || proposal.Rung >= _growth.Rungs.Count ? $"its rung is {proposal.Rung}, expected 0 to {_growth.Rungs.Count - 1}"
            : proposal.Continues is not { } continues ? null
            : continues < 0 || continues >= number ? $"it continues proposal {continues}, expected an earlier one"
            : earlier[continues].Proposal.Configuration != proposal.Configuration || earlier[continues].Proposal.Rung >= proposal.Rung
                ? $"it continues proposal {continues}, expected one of its own configuration to a lower rung"
            : null;
        return wrong is not null ? throw new FormatException($"proposal {number}: {wrong}")
            : proposal.Continues is { } place ? earlier[place] : null;
    }

    // No pruning follows it.
    private static FineTuneSettings? Unprepared(FineTuneSettings? settings) =>
        settings is { Regularisation: not null } f ? f with { Regularisation = null } : settings;

    private static FineTuneSettings? Trained(FineTuneSettings? settings, double from, double to) =>
        settings is { } f && StepsTo(to, f.Steps) - StepsTo(from, f.Steps) is > 0 and var steps ? steps == f.Steps ? f : f with { Steps = steps } : null;
}
