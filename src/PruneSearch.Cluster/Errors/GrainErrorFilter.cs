using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Errors;

/// <summary>Lets no exception out of a grain, or into the caller of one, that callers may not know.</summary>
internal sealed class GrainErrorFilter(ILogger<GrainErrorFilter> logger) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (OrleansException e) when (ClusterException.Within(e) is { } ours)
        {
            throw ours;
        }
        catch (Exception e) when (!SiloErrors.Travels(e))
        {
            throw SiloErrors.Translate(e, $"{context.InterfaceMethod.Name} of {context.TargetId} failed, {e.GetType().Name}", isPassing: false, logger);
        }
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (OrleansException e) when (ClusterException.Within(e) is { } ours) // from a grain that could not be activated
        {
            throw ours;
        }
    }
}
