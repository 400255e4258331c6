using PruneSearch.Core.Searches;

namespace PruneSearch.Core.Tests.Searches;

public sealed class WorkStatesTests
{
    [Fact]
    public void All_but_waiting_and_running_is_over() =>
        Assert.Equal([WorkState.Waiting, WorkState.Running], Enum.GetValues<WorkState>().Where(s => !s.IsOver()));
}
