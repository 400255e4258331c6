using Orleans.Runtime;
using PruneSearch.Core.Grains;

namespace PruneSearch.Connections;

/// <summary>Turns what Orleans and older silos throw into what the documentation of the client promises.</summary>
internal sealed class ClientErrorFilter : IOutgoingGrainCallFilter
{
    /// <summary>What is known when a call was not answered, and where to look.</summary>
    public const string Overload = "It was reached before: a silo is overloaded, hangs or has just gone, and what was asked may have been done. "
        + "Look at the processor load and the log of the control silos";

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        try
        {
            await context.Invoke().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (IOException or ArgumentException or KeyNotFoundException or InvalidOperationException or FormatException))
        {
            throw ClusterException.Within(e) ?? new ClusterException(Reason(e, context), e) { IsPassing = true };
        }
    }

    private static string Reason(Exception e, IOutgoingGrainCallContext context) => e switch
    {
        TimeoutException =>
            $"The cluster did not answer in time ({context.InterfaceName[(context.InterfaceName.LastIndexOf('.') + 1)..]}.{context.MethodName}). {Overload}",
        OrleansException or OperationCanceledException => "The silo that should answer is gone or starting.",
        _ => $"The cluster failed with an error that this version does not know ({e.GetType().Name}).",
    };
}
