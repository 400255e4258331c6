using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Stages;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Stages;

/// <summary>Equal stages have equal bytes: again, after a stop, whatever ran on the thread before, and outside a search.</summary>
public sealed class StageBytesTests : StageRuns
{
    [Fact]
    public async Task A_pruned_stage_is_smaller_reloads_and_repeats_byte_for_byte()
    {
        var (store, runner) = await StartAsync("first");
        var dense = runner.Run(Job(Base()), _ => { }, default);
        var parts = new List<string>();
        var pruned = runner.Run(Job(Pruned(0.5)), p => parts.Add(p.Part), default);

        Assert.True(pruned.Parameters < dense.Parameters && pruned.Macs < dense.Macs && pruned.ModelBytes < dense.ModelBytes);
        Assert.InRange(pruned.Channels.Removed, 0.3, 0.5);
        Assert.Equal(
            ["restore", "restore", "prune", "fine-tune", "evaluate", "export", "measure", "save"],
            parts.Where((p, i) => i == 0 || p != parts[i - 1] || p == "restore").ToArray());
        Assert.InRange(pruned.Map50, 0, 1);
        Assert.Equal((true, false), (dense.Map50BeyondDense is null, pruned.Map50BeyondDense is null));
        var scores = new SplitScores(store, threads: 1);
        var (own, others) = (await scores.FindAsync(pruned.Key, Validation.ManifestHash), await scores.FindAsync(dense.Key, Validation.ManifestHash));
        Assert.Equal(own!.Resamples!.Map50Interval, pruned.Map50Interval);
        Assert.Equal(own.Resamples.Map50Beyond(others!.Resamples!), pruned.Map50BeyondDense);
        Assert.True(
            pruned.Latency.Milliseconds > 0 && pruned.Latency.SpeedUpLow <= pruned.Latency.SpeedUp && pruned.Latency.SpeedUp <= pruned.Latency.SpeedUpHigh);

        var spec = DetectorSpec.FromJson(await ReadTextAsync(store, CheckpointNames.Detector(pruned.Key)), "detector");
        await using var file = await store.OpenReadAsync(CheckpointNames.Weights(pruned.Key));
        Safetensors.Read(file, "weights").RequireFit(DetectorCatalog.Build(spec).Network, "weights");

        var (_, again) = await StartAsync("second");
        again.Run(Job(Base()), _ => { }, default);
        Assert.Equal(pruned.WeightsSha256, again.Run(Job(Pruned(0.5)), _ => { }, default).WeightsSha256);
    }

    [Fact]
    public async Task Threads_that_the_calling_thread_had_before_change_no_bytes()
    {
        var runs = new List<(int Threads, string Sha256)>();
        foreach (int before in (int[])[1, 2])
        {
            var (_, runner) = await StartAsync($"before-{before}");
            var thread = new Thread(() =>
            {
                set_num_threads(before);
                var report = runner.Run(Job(Base()), _ => { }, default);
                runs.Add((report.Threads, report.WeightsSha256));
            });
            thread.Start();
            thread.Join();
        }
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public async Task A_stage_that_was_stopped_goes_on_from_its_snapshot_to_the_same_bytes()
    {
        var (_, undisturbed) = await StartAsync("undisturbed");
        string expected = undisturbed.Run(Job(Base()), _ => { }, default).WeightsSha256;

        var (store, runner) = await StartAsync("stopped");
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(Job(Base()), p => StopAt(p, 3), stop.Token));
        string snapshot = Assert.Single(await NamesAsync(store, CheckpointNames.Snapshots(Base().ComputeKey())));
        int firstStep = int.MaxValue;
        var report = runner.Run(Job(Base()) with { Epoch = 2 }, p => firstStep = p.Step > 0 ? Math.Min(firstStep, p.Step) : firstStep, default);

        Assert.Contains("000001-0000000", snapshot, StringComparison.Ordinal);
        Assert.True(firstStep > 3, $"went on at step {firstStep}");
        Assert.Equal(expected, report.WeightsSha256);
        Assert.Empty(await NamesAsync(store, CheckpointNames.Snapshots(report.Key)));

        void StopAt(StageProgress progress, int step)
        {
            if (progress.Step == step)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public async Task A_report_says_with_how_many_threads_it_was_computed_and_warns_of_several()
    {
        int before = get_num_threads();
        try
        {
            var (_, one) = await StartAsync("threads", threads: 1);
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => one.Run(Job(Base()), p => Stop(p.Step), stop.Token));
            var (_, two) = await StartAsync("threads", threads: 2);
            var mixed = two.Run(Job(Base()) with { Epoch = 2 }, _ => { }, default);
            var pruned = one.Run(Job(Pruned(0.5)), _ => { }, default);

            Assert.Equal((2, 1), (mixed.Threads, pruned.Threads));
            Assert.Contains("1 and 2 threads", Assert.Single(mixed.Warnings), StringComparison.Ordinal);
            Assert.Empty(pruned.Warnings);

            void Stop(int step)
            {
                if (step == 3)
                {
                    stop.Cancel();
                }
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public async Task Training_outside_a_search_gives_its_bytes_also_when_stopped_within_an_epoch()
    {
        var (_, runner) = await StartAsync("search");
        string expected = runner.Run(Job(Base()), _ => { }, default).WeightsSha256;

        var (store, _) = await StartAsync("alone");
        var training = new DetectorTraining(store, new StageRunnerOptions(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => training.Run(Base(), p => Stop(p.Step), stop.Token));
        int first = int.MaxValue;
        var trained = training.Run(Base(), p => first = p.Step > 0 ? Math.Min(first, p.Step) : first, TestContext.Current.CancellationToken);

        Assert.True(first > 3, $"went on at step {first}"); // an epoch has 4 steps
        using var file = new MemoryStream();
        Safetensors.Write(file, trained.Weights);
        Assert.Equal(expected, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.ToArray())));
        Assert.True(trained.PeakMemoryBytes > 50_000_000);

        void Stop(int step)
        {
            if (step == 3)
            {
                stop.Cancel();
            }
        }
    }
}
