using Orleans.Runtime;
using PruneSearch.Core.Grains;

namespace PruneSearch.Connections;

/// <summary>Turns what Orleans and older silos throw into what the documentation of the client promises.</summary>
internal sealed class ClientErrorFilter : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (IOException or ArgumentException or KeyNotFoundException or InvalidOperationException or FormatException))
        {
            throw ClusterException.Within(e) ?? new ClusterException(Reason(e), e) { IsPassing = true };
        }
    }

    private static string Reason(Exception e) => e switch
    {
        TimeoutException => "The cluster did not answer in time.",
        OrleansException or OperationCanceledException => "The silo that should answer is gone or starting.",
        _ => $"The cluster failed with an error that this version does not know ({e.GetType().Name}).",
    };
}
