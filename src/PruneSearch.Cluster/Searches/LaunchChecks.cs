using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Searches;

/// <summary>
/// What is checked of a plan at its launch, on a thread of the pool: a large plan takes seconds, and the coordinator answers who looks meanwhile.
/// </summary>
internal static class LaunchChecks
{
    /// <summary>Refuses a plan that could not run.</summary>
    /// <exception cref="ArgumentException">The message says what is wrong and where.</exception>
    public static Task RequireAsync(SearchPlan plan, string id) => Task.Run(() =>
    {
        SearchPlanValidator.Require(plan, id);
        if (plan.Growth is not null)
        {
            SearchStrategy.Require(plan);
        }
    });

    /// <summary>Refuses another plan under the identifier of one that is there.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static Task RequireSameAsync(SearchPlan old, SearchPlan plan) => Task.Run(() => SearchPlanValidator.RequireSame(old, plan));
}
