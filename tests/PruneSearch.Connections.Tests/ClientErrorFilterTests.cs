using System.Reflection;
using PruneSearch.Core.Grains;

namespace PruneSearch.Connections.Tests;

public sealed class ClientErrorFilterTests
{
    [Fact]
    public async Task A_call_that_was_not_answered_says_which_one_what_is_known_and_where_to_look()
    {
        var call = DispatchProxy.Create<IOutgoingGrainCallContext, LateCall>();

        var error = await Assert.ThrowsAsync<ClusterException>(() => new ClientErrorFilter().Invoke(call));

        Assert.True(error.IsPassing);
        Assert.StartsWith("The cluster did not answer in time (ISearchGrain.GetSummaryAsync).", error.Message, StringComparison.Ordinal);
        Assert.Contains("what was asked may have been done", error.Message, StringComparison.Ordinal);
        Assert.Contains("the processor load and the log of the control silos", error.Message, StringComparison.Ordinal);
    }

    public class LateCall : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_InterfaceName" => "PruneSearch.Core.Grains.ISearchGrain",
            "get_MethodName" => "GetSummaryAsync",
            _ => Task.FromException(new TimeoutException("late")),
        };
    }
}
