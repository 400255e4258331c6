using PruneSearch.Core.Searches;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Core.Growth;

/// <summary>A proposal as the trajectory that it becomes.</summary>
/// <param name="Number">Its place in the log, from 0.</param>
/// <param name="Proposal">What was proposed.</param>
/// <param name="Plan">Its stages.</param>
/// <param name="RungStages">By rung, from 0 to the proposal's: the index of the stage whose report is its result.</param>
public sealed record ProposedTrajectory(int Number, Proposal Proposal, TrajectoryPlan Plan, IReadOnlyList<int> RungStages);
