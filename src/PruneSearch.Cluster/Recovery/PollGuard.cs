using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Recovery;

/// <summary>What a coordinator does on its own account: a failure is logged, and it is tried again with the next poll.</summary>
internal static class PollGuard
{
    public static async Task GuardAsync(this IGrainBase search, ILogger logger, string id, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (InconsistentStateException)
        {
            search.DeactivateOnIdle(); // another activation of this search wrote: it drives
        }
        catch (Exception e)
        {
            Log.PollFailed(logger, e, id);
        }
    }
}
