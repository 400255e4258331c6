using System.Text.Json;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>Refuses plans that could not run.</summary>
public static class SearchPlanValidator
{
    /// <summary>Checks identifiers, objectives and the chain of stages of every trajectory.</summary>
    /// <param name="id">The search that is launched with it.</param>
    /// <exception cref="ArgumentException">The message says what is wrong and where.</exception>
    public static void Require(SearchPlan plan, string id)
    {
        if (plan.Id != id)
        {
            throw new ArgumentException($"Search '{id}' cannot have the plan of search '{plan.Id}'.");
        }
        if (plan.Id.Length == 0 || !plan.Id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            throw new ArgumentException($"Search identifier '{plan.Id}' must consist of letters, digits and hyphens.");
        }
        if (plan.Objectives.Count == 0 || plan.Trajectories.Count == 0)
        {
            throw new ArgumentException($"Search '{plan.Id}' needs at least one objective and one trajectory.");
        }
        if (!plan.IsOfThisVersion)
        {
            throw new ArgumentException($"Search '{plan.Id}' comes from another version: its detectors are not of format {DetectorSpec.CurrentFormat}.");
        }
        plan.Slots.Require();
        foreach (string name in (string[])[plan.DeviceClass, .. plan.MeasureOn])
        {
            DeviceClasses.Require(name);
        }
        var names = new HashSet<string>();
        var keys = new Dictionary<StageDescription, StageKey>(ReferenceEqualityComparer.Instance); // of a stage that many begin with, one
        foreach (var trajectory in plan.Trajectories)
        {
            if (trajectory.Name.Length == 0 || !names.Add(trajectory.Name))
            {
                throw new ArgumentException($"Search '{plan.Id}': trajectory name '{trajectory.Name}' is empty or stands twice.");
            }
            RequireChain(plan, trajectory, keys);
        }
    }

    /// <summary>Refuses another plan under the identifier of one that is there.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void RequireSame(SearchPlan old, SearchPlan plan)
    {
        if (JsonSerializer.Serialize(old, CoreJson.Canonical) != JsonSerializer.Serialize(plan, CoreJson.Canonical))
        {
            throw new InvalidOperationException($"There is another search '{plan.Id}' already, launched {old.Created:u}.");
        }
    }

    private static void RequireChain(SearchPlan plan, TrajectoryPlan trajectory, Dictionary<StageDescription, StageKey> keys)
    {
        if (trajectory.Stages.Count == 0)
        {
            throw new ArgumentException($"Search '{plan.Id}': trajectory '{trajectory.Name}' has no stage.");
        }
        for (int i = 0; i < trajectory.Stages.Count; i++)
        {
            var stage = trajectory.Stages[i];
            StageKey? parent = i == 0 ? null : KeyOf(trajectory.Stages[i - 1]);
            if (stage.Parent != parent || (stage.Base is not null) != (i == 0))
            {
                throw new ArgumentException(
                    $"Search '{plan.Id}': stage {i + 1} of trajectory '{trajectory.Name}' must have " +
                    $"{(i == 0 ? "a base and no parent" : $"no base and the parent {parent}")}; its parent is {stage.Parent?.ToString() ?? "none"}.");
            }
            if (stage.PartOf is { } part && (part.Before < 0 || part.Steps - (stage.FineTune?.Steps ?? 0) < part.Before))
            {
                throw new ArgumentException(
                    $"Search '{plan.Id}': stage {i + 1} of trajectory '{trajectory.Name}' trains {stage.FineTune?.Steps ?? 0} steps, which are no part of " +
                    $"{part.Steps} after the first {part.Before}.");
            }
        }

        StageKey KeyOf(StageDescription stage) => keys.TryGetValue(stage, out var key) ? key : keys[stage] = stage.ComputeKey();
    }
}
