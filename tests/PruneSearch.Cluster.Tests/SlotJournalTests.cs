using PruneSearch.Cluster.TestHost;
using PruneSearch.Cluster.Workers;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests;

/// <summary>A process learns what the one before it died in.</summary>
public sealed class SlotJournalTests
{
    private static readonly StageLease Lease = new()
    {
        Key = StageKey.Of("abc"u8),
        Description = Plans.Small("a").Trajectories[0].Stages[0],
        Epoch = 7,
        Worker = "worker/1",
        Secret = Guid.NewGuid(),
        TimeToLive = TimeSpan.FromSeconds(15),
    };

    [Fact]
    public void One_that_died_within_a_stage_leaves_its_key_its_epoch_and_the_end_of_its_own_log()
    {
        using var home = new TestHome();
        new SlotJournal(home.Path, "worker/1").Begin(Lease);
        File.WriteAllLines(Path.Combine(home.Path, "host-2026-01-02.log"),
        [
            .. Enumerable.Range(0, 30).Select(i => $"2026-01-02 Warning {Environment.ProcessId} Test: line {i}"),
            "2026-01-02 Warning 1 Test: of another process",
        ]);

        var died = new SlotJournal(home.Path, "worker/1").Predecessor;

        Assert.Equal((Lease.Key, Lease.Ticket), (died!.Key, died.Ticket));
        Assert.StartsWith($"process {Environment.ProcessId} ended without a word", died.LastWords, StringComparison.Ordinal);
        Assert.EndsWith("Test: line 29", died.LastWords, StringComparison.Ordinal);
        Assert.Equal(1 + 20, died.LastWords.Split('\n').Length);
        Assert.Null(new SlotJournal(home.Path, "worker/2").Predecessor);
    }

    [Fact]
    public void One_that_ended_its_stage_or_left_rubbish_died_of_nothing()
    {
        using var home = new TestHome();
        var journal = new SlotJournal(home.Path, "worker");
        journal.Begin(Lease);
        journal.End();
        Assert.Null(new SlotJournal(home.Path, "worker").Predecessor);

        File.WriteAllText(Path.Combine(home.Path, "slot-worker.json"), "{ half a note");
        Assert.Null(new SlotJournal(home.Path, "worker").Predecessor);
    }
}
