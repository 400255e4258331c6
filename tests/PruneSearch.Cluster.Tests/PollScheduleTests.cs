using Microsoft.Extensions.Time.Testing;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Trajectories;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Tests;

/// <summary>Whose turn it is to be asked, when asking takes long.</summary>
public sealed class PollScheduleTests
{
    private static readonly IReadOnlyList<TrajectoryPlan> Plans = [.. TestHost.Plans.Wide("a", 499, 0, stages: 1).Trajectories];
    private readonly FakeTimeProvider _time = new();
    private readonly List<PollSchedule.Poll> _asked = [];

    [Fact]
    public async Task All_are_started_once_however_many_polls_that_takes_and_then_asked_in_turn()
    {
        var schedule = new PollSchedule(Plans, _ => true, retryFailed: false);

        for (int left = Plans.Count; left > 128; left -= 128)
        {
            Assert.False(await AskAsync(schedule, []));
            Assert.Equal(0, _asked.Count % 128);
        }
        Assert.True(await AskAsync(schedule, [])); // those that were left, and the first ones in turn
        Assert.Equal(Plans.Select(p => p.Name).Order(), _asked.Where(a => a.IsFirst).Select(a => a.Plan.Name).Order());
        Assert.Equal(2, _asked[0].Plan.Stages.Count); // the longest paths first

        _asked.Clear();
        for (int poll = 0; poll < 4; poll++)
        {
            Assert.True(await AskAsync(schedule, [Plans[7]]));
        }
        Assert.Equal(4, _asked.Count(a => a.Plan == Plans[7])); // at work: each time, and no more
        Assert.Equal(Plans.Count, _asked.Select(a => a.Plan.Name).Distinct().Count());
    }

    [Fact]
    public async Task One_that_does_not_answer_is_started_again_with_the_next_poll_and_keeps_its_one_turn()
    {
        var few = Plans.Take(3).ToList();
        var schedule = new PollSchedule(few, _ => true, retryFailed: true);
        for (int poll = 0; poll < 5; poll++)
        {
            int before = _asked.Count;
            Assert.True(await schedule.AskAsync([], Silent, _time));
            Assert.Equal(3, _asked.Count - before);
        }
        Assert.Equal(5, _asked.Count(a => a is { IsFirst: true } && a.Plan == few[1]));

        _asked.Clear();
        Assert.True(await AskAsync(schedule, []));
        Assert.True(await AskAsync(schedule, []));
        Assert.Equal(6, _asked.Count);

        Task Silent(PollSchedule.Poll poll)
        {
            _asked.Add(poll);
            if (poll.Plan == few[1])
            {
                schedule.Again(poll);
            }
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Where_few_answer_fewer_are_asked_at_once_and_more_again_when_they_do()
    {
        var schedule = new PollSchedule(Plans, _ => true, retryFailed: false);
        Assert.Equal([64, 32, 16, 8, 4, 4], (await Task.Run(() => Batches(schedule, answers: false))).Take(6));
        Assert.Equal([4, 8, 16, 32, 64, 64], (await Task.Run(() => Batches(schedule, answers: true))).Take(6));
    }

    // How many are asked at once: answers come when all of them were asked.
    private List<int> Batches(PollSchedule schedule, bool answers)
    {
        var batches = new List<int>();
        int asked = 0;
        var open = new TaskCompletionSource();
        var polling = schedule.AskAsync([], Ask, _time);
        while (!polling.IsCompleted)
        {
            batches.Add(asked);
            (asked, var now, open) = (0, open, new TaskCompletionSource());
            now.SetResult(); // goes on with the next batch
        }
        return batches;

        Task Ask(PollSchedule.Poll poll)
        {
            asked++;
            if (!answers)
            {
                schedule.Again(poll);
            }
            return open.Task;
        }
    }

    // Each that is asked takes 10 ms.
    private Task<bool> AskAsync(PollSchedule schedule, IReadOnlyList<TrajectoryPlan> live) => schedule.AskAsync(live, poll =>
    {
        _asked.Add(poll);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        return Task.CompletedTask;
    }, _time);
}
