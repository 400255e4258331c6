using System.Reflection;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Storage;

namespace PruneSearch.Connections.Tests.Sessions;

public sealed class SearchSessionTests
{
    [Fact]
    public async Task Callers_that_look_at_one_search_at_once_take_turns()
    {
        var (factory, search) = Grains();
        await using var session = SearchSession.OnThisMachine(new SearchClient(factory), new FolderCheckpointStore(Path.GetTempPath()), new Nobody());

        var first = session.StatusAsync("s");
        await search.Asked.Task;
        var second = session.StatusAsync("s");
        search.Answer.SetResult();
        var statuses = await Task.WhenAll(first, second);

        Assert.Equal(1, search.AtOnce);
        Assert.Equal([default, new StatusPosition(Guid.Empty, 1)], search.After);
        Assert.Same(statuses[0].Trajectories[0], statuses[1].Trajectories[0]);
    }

    private static (IGrainFactory Factory, Search Search) Grains()
    {
        var grain = DispatchProxy.Create<ISearchGrain, Search>();
        var factory = DispatchProxy.Create<IGrainFactory, Factory>();
        ((Factory)(object)factory).Grain = grain;
        return (factory, (Search)(object)grain);
    }

    private sealed class Nobody : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }

    public class Factory : DispatchProxy
    {
        internal object? Grain { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grain;
    }

    public class Search : DispatchProxy
    {
        private int _now;

        internal TaskCompletionSource Asked { get; } = new();

        internal TaskCompletionSource Answer { get; } = new();

        internal int AtOnce { get; private set; }

        internal List<StatusPosition> After { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => AnswerAsync((StatusPosition)args![0]!);

        private async Task<StatusPage?> AnswerAsync(StatusPosition after)
        {
            AtOnce = Math.Max(AtOnce, Interlocked.Increment(ref _now));
            After.Add(after);
            Asked.TrySetResult();
            await Answer.Task;
            Interlocked.Decrement(ref _now);
            var trajectory = new TrajectoryStatus
            {
                Name = "t",
                Schedule = ScheduleKind.OneShot,
                Ratio = .2,
                State = WorkState.Running,
                Stages = 2,
                CompletedStages = 1,
            };
            return new StatusPage
            {
                Summary = new SearchSummary
                {
                    Id = "s",
                    Name = "s",
                    State = WorkState.Running,
                    Created = default,
                    Trajectories = 1,
                    Completed = 0,
                    Failed = 0,
                    Stages = 2,
                    CompletedStages = 1,
                },
                Changed = after.Revision == 0 ? [trajectory] : [],
                Next = new StatusPosition(Guid.Empty, 1),
                IsLast = true,
            };
        }
    }
}
