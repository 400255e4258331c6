using System.Text.Json;
using PruneSearch.Cluster.Progress;
using PruneSearch.Cluster.Searches;
using PruneSearch.Cluster.TestHost;
using PruneSearch.Core;
using PruneSearch.Core.Growth;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Storage;
using PruneSearch.Storage.Reports;

namespace PruneSearch.Cluster.Tests;

/// <summary>Measures the memory of the whole process: nothing else may run beside it.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>What a coordinator keeps of each trajectory that was proposed.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class GrowthMemoryTests
{
    private const int Trajectories = 3000;

    [Fact]
    public void Less_than_twenty_kibibytes_of_a_trajectory_and_its_reports_stay()
    {
        var plan = GrowingPlans.Of("a", Trajectories, rungs: [0, 1.0 / 9, 1.0 / 3, 1]);
        var strategy = new SearchStrategy(plan);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        var (history, state) = (new GrowthHistory(plan), new SearchState(plan));
        while (history.Proposed.Count < Trajectories)
        {
            var proposals = strategy.Propose(history.ToStrategyHistory(), 100);
            foreach (var proposed in history.Add(
                new ProposalBatch { Search = "a", First = history.Proposed.Count, Reports = 0, Slots = 100, Proposals = proposals }))
            {
                state.Add(proposed);
            }
        }
        foreach (var key in state.Trajectories.SelectMany(t => t.Plan.Keys).Distinct().ToList())
        {
            string stored = JsonSerializer.Serialize(StubStageRunner.Report(key), CoreJson.Canonical);
            var report = JsonSerializer.Deserialize<StageReport>(stored, CoreJson.Canonical)!; // nothing that reports of other stages have, too
            state.Add(report);
            history.Add(report);
        }

        double kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1024.0 / Trajectories;
        Assert.InRange(kept, 4, 20); // 12 when this was written
        Assert.Equal(Trajectories, history.Completed);
        GC.KeepAlive((history, state));
    }

    // The peak of a coordinator's memory is what it keeps and the garbage that it makes meanwhile: what is made of each trajectory and of its reports, with
    // their logs, must not grow with the search.
    [Fact]
    public async Task A_trajectory_leaves_as_little_garbage_late_in_a_search_as_early()
    {
        const int Batch = 50, Part = 500;
        using var home = new TestHome();
        var store = new FolderCheckpointStore(home.Path);
        var plan = GrowingPlans.Of("a", Trajectories, rungs: [0, 1.0 / 9, 1.0 / 3, 1]);
        var growth = await SearchGrowth.OpenAsync(store, plan);
        var reports = await ReportLog.OpenAsync(store, "a", TestContext.Current.CancellationToken);
        reports.Add(StubStageRunner.Report(plan.Trajectories[0].Keys[0]));
        var made = new List<double>();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        while (growth.Proposed.Count < Trajectories)
        {
            await reports.FlushAsync(TestContext.Current.CancellationToken);
            growth.Follow(reports.Written, _ => null);
            foreach (var key in (await growth.ProposeAsync(Batch)).SelectMany(p => p.Plan.Keys))
            {
                reports.Add(StubStageRunner.Report(key));
            }
            await growth.MergeAsync();
            if (growth.Proposed.Count % Part == 0)
            {
                long now = GC.GetTotalAllocatedBytes(precise: true);
                made.Add((now - before) / 1024.0 / Part);
                before = now;
            }
        }

        TestContext.Current.SendDiagnosticMessage("{0}", string.Join(' ', made.Select(m => $"{m:F0} KiB")));
        Assert.Equal(Trajectories / Part, made.Count);
        Assert.InRange(made[^1] / made[1], 0.5, 1.5);
        Assert.InRange(made[^1], 10, 150); // 65 KiB when this was written
    }
}
