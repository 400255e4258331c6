using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Costs;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Latency;
using PruneSearch.Stages;

namespace PruneSearch.Tests.Stages;

/// <summary>What pruning leaves behind in a stage: the channels that were chosen, and the optimizer's state.</summary>
public sealed class StagePruningTests(StagePruningTests.DenseStage dense) : IClassFixture<StagePruningTests.DenseStage>, IDisposable
{
    private static readonly FineTuneSettings Short = new() { Steps = 2, BatchSize = 4 };

    private readonly StageRoom _room = dense.Room.Copy();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_latency_target_is_met_and_its_widths_hold_when_the_stage_is_resumed()
    {
        var stage = Pruned(0.3, PruneTarget.Latency);
        Assert.ThrowsAny<OperationCanceledException>(() => _room.Run(stage, cancelAfter: 1));
        string pruned = CheckpointNames.Pruned(stage.ComputePruningKey());
        var began = DetectorSpec.FromJson(Safetensors.ReadMetadata(await _room.ReadAsync(pruned), pruned)["detector"], pruned);
        foreach (string name in await _room.NamesAsync("latencies/"))
        {
            await _room.Store.DeleteAsync(name, TestContext.Current.CancellationToken); // another machine would measure otherwise
        }

        var report = Run(stage);

        Assert.Equal(began.Widths, (await _room.DetectorAsync(report.Key)).Widths);
    }

    [Fact]
    public async Task What_layers_cost_is_measured_once_for_all_prunings_of_a_detector()
    {
        Run(Pruned(0.2, PruneTarget.Latency) with { FineTune = null });
        string name = Assert.Single(await _room.NamesAsync("costs/"));
        var written = await _room.ReadAsync(name);
        Run(Pruned(0.1, PruneTarget.Latency) with { FineTune = null });

        Assert.Equal(name, Assert.Single(await _room.NamesAsync("costs/")));
        Assert.Equal(written.ToArray(), (await _room.ReadAsync(name)).ToArray());
        var table = JsonSerializer.Deserialize<CostTable>(written.ToArray(), CoreJson.Readable)!;
        Assert.Equal(OnnxLatencyEngine.DeviceOf(1), table.Device);

        var spec = (await _room.DetectorAsync(dense.Report.Key));
        Assert.Equal(CheckpointNames.Costs(DeviceCosts.Identify(DetectorCatalog.Build(spec).Dense.Spec, 1)), name);
        Assert.NotEqual(DeviceCosts.Identify(spec, 1), DeviceCosts.Identify(spec, 2)); // another device has a table of its own
    }

    [Fact]
    public void A_latency_that_cannot_be_reached_fails_with_what_can_be()
    {
        var stage = Pruned(0.99, PruneTarget.Latency);
        string message = Assert.Throws<StageFailedException>(() => Run(stage with { Prune = stage.Prune! with { MaxGroupRatio = 0.2 } })).Message;
        Assert.Contains("of the latency cannot be reached", message, StringComparison.Ordinal);
        Assert.Contains("reachable maximum is ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PruneTarget.Macs)]
    [InlineData(PruneTarget.Parameters)]
    public void A_share_of_the_work_goes(PruneTarget target)
    {
        var pruned = Run(Pruned(0.3, target));
        double macs = (double)pruned.Macs / dense.Report.Macs, parameters = (double)pruned.Parameters / dense.Report.Parameters;
        double gone = 1 - (target == PruneTarget.Macs ? macs : parameters);
        Assert.InRange(gone, 0.26, 0.3);
    }

    [Theory]
    [InlineData(Criterion.Taylor)]
    [InlineData(Criterion.Fisher)]
    [InlineData(Criterion.Activation)]
    public async Task Criteria_that_look_at_pictures_repeat_byte_for_byte(Criterion criterion)
    {
        var stage = Pruned(0.4, PruneTarget.Channels);
        stage = stage with { FineTune = null, Prune = stage.Prune! with { Criterion = criterion } };
        string first = Run(stage).WeightsSha256;
        await _room.Store.DeleteAsync(CheckpointNames.Pruned(stage.ComputePruningKey()), TestContext.Current.CancellationToken);
        Assert.Equal(first, Run(stage).WeightsSha256);
        Assert.NotEqual(first, Run(stage with { Prune = stage.Prune! with { Criterion = Criterion.L2 } }).WeightsSha256);
    }

    [Fact]
    public async Task Stages_that_prune_alike_and_train_otherwise_share_the_pruning()
    {
        var stage = Pruned(0.4, PruneTarget.Channels);
        stage = stage with { FineTune = null, Prune = stage.Prune! with { Criterion = Criterion.Random } };
        var trained = stage with { FineTune = new FineTuneSettings { Steps = 1, BatchSize = 4 } };
        var measured = stage with { Measure = stage.Measure with { Threads = 2 } };

        var reports = new[] { Run(trained), Run(stage), Run(measured) };

        Assert.Equal(reports[1].WeightsSha256, reports[2].WeightsSha256);
        Assert.Equal(3, reports.Select(r => r.Key).Distinct().Count());
        Assert.Single(reports.Select(r => r.Macs).Distinct());
        Assert.Equal(CheckpointNames.Pruned(stage.ComputePruningKey()), Assert.Single(await _room.NamesAsync("prunings/")));
    }

    [Fact]
    public async Task Optimizer_state_is_cut_like_the_weights_and_goes_on()
    {
        var settings = new FineTuneSettings { Steps = 4, BatchSize = 4, CarryOptimizer = true };
        var start = _room.Base(settings);
        var stage = Pruned(0.5, PruneTarget.Channels) with { Parent = start.ComputeKey(), FineTune = settings with { Steps = 3 }, Measure = Measure(start) };
        Run(start);
        var report = Run(stage);

        var (before, after) = (await StateAsync(start), await StateAsync(stage));
        Assert.Equal((4, 7), (before.Steps, after.Steps));
        after.RequireFit(DetectorCatalog.Build(await _room.DetectorAsync(report.Key)).Network, "state");
        Assert.True(after.Tensors.Sum(t => t.Value.Values.Length) < before.Tensors.Sum(t => t.Value.Values.Length));

        var fresh = stage with { FineTune = stage.FineTune! with { CarryOptimizer = false } };
        Assert.NotEqual(report.WeightsSha256, Run(fresh).WeightsSha256);

        // A step that removes nothing and trains nothing hands the state on as it is.
        var nothing = Pruned(0.5, PruneTarget.Channels) with { Parent = report.Key, FineTune = stage.FineTune, Measure = Measure(start) };
        Assert.Equal(0, Run(nothing).TrainedSteps);
        Assert.Equal(7, (await StateAsync(nothing)).Steps);
    }

    [Fact]
    public async Task A_part_of_a_training_has_the_rate_of_its_place_there()
    {
        var tail = Pruned(0, PruneTarget.Channels) with
        {
            Prune = null,
            FineTune = new FineTuneSettings { Steps = 4, BatchSize = 4 },
            PartOf = new(999_996, 1_000_000), // where the rate has fallen to nothing
        };
        var whole = tail with { PartOf = null };
        async Task<float> Moved(StageDescription stage)
        {
            var (before, after) = (await WeightsAsync(dense.Report), await WeightsAsync(Run(stage)));
            var layers = DetectorCatalog.Build(await _room.DetectorAsync(dense.Report.Key)).Network.Layers.OfType<ConvLayer>();
            return layers.Max(l => before[l.Weight].Values.Zip(after[l.Weight].Values, (b, a) => Math.Abs(a - b)).Max());
        }

        Assert.True(await Moved(whole) > 100 * await Moved(tail));
    }

    [Fact]
    public void Regularisation_prepares_the_groups_that_will_be_pruned()
    {
        var settings =
            new FineTuneSettings { Steps = 4, BatchSize = 4, Regularisation = new() { Kind = RegularisationKind.BnScale, Strength = 0.9, Share = 1 } };
        string plain = Run(_room.Base(settings with { Regularisation = null })).WeightsSha256;
        Assert.NotEqual(plain, Run(_room.Base(settings)).WeightsSha256);
        var unknown = _room.Base(settings with { Regularisation = settings.Regularisation! with { Groups = ["tail"] } });
        Assert.Contains(
            "regularisation: Unknown channel group 'tail'", Assert.Throws<StageFailedException>(() => Run(unknown)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_on_counts_the_channels_of_the_groups_that_were_pruned()
    {
        var pruned = Run(Pruned(0.3, PruneTarget.Channels) with { FineTune = null });
        byte[] report = JsonSerializer.SerializeToUtf8Bytes(pruned, CoreJson.Readable);
        await _room.Store.PutAsync(
            CheckpointNames.Report(pruned.Key), (stream, c) => stream.WriteAsync(report, c).AsTask(), cancellation: TestContext.Current.CancellationToken);

        var trained = Run(Pruned(0, PruneTarget.Channels) with { Parent = pruned.Key, Prune = null });

        Assert.Equal(0.3, pruned.Channels.Removed, 2);
        Assert.Equal(pruned.Channels, trained.Channels);
        Assert.Equal((0, 2), (pruned.TrainedSteps, trained.TrainedSteps));
    }

    [Fact]
    public async Task A_stage_at_another_size_prunes_trains_and_measures_there_and_so_do_those_after_it()
    {
        var tuning = Short with { Distillation = 0.5, DistillationFeatures = 0.5 };
        var stage = Pruned(0.3, PruneTarget.Channels) with { InputSize = 96, FineTune = tuning };
        stage = stage with { Prune = stage.Prune! with { Criterion = Criterion.Obs, Compensate = true } };

        var report = Run(stage);
        var next = Run(Pruned(0.5, PruneTarget.Macs) with { Parent = report.Key, FineTune = null });

        Assert.Equal((64, 96, 96), (dense.Report.InputSize, report.InputSize, next.InputSize));
        Assert.True(report.Macs > dense.Report.Macs);
        Assert.Contains("the dense detector teaches at 96×96 pixels, for which it was not trained: it learnt at 64×64", report.Warnings);
        Assert.Equal(96, (await _room.DetectorAsync(next.Key)).InputSize);
        using var detector = OnnxDetector.Load((await _room.ReadAsync(CheckpointNames.Onnx(next.Key))).ToArray(), "next");
        Assert.Equal(96, detector.Spec.InputSize);
        // A share of the MACs is one of the dense detector's at the same size.
        var at = DetectorCatalog.Build(await _room.DetectorAsync(dense.Report.Key)).At(96);
        Assert.InRange(1 - (double)next.Macs / at.Network.Macs, 0.4, 0.5);
    }

    [Fact]
    public void A_share_of_the_latency_is_one_of_the_dense_detector_at_the_same_size()
    {
        var stage = Pruned(0.1, PruneTarget.Latency) with { InputSize = 160, FineTune = null };
        Assert.Equal(160, Run(stage).InputSize); // no pruning makes it faster than the original, which has a sixth of the pixels
    }

    [Fact]
    public async Task Blocks_are_left_out_exported_and_taught_and_the_optimizer_goes_on()
    {
        var settings = new FineTuneSettings { Steps = 2, BatchSize = 4, CarryOptimizer = true, DistillationFeatures = 0.5, Distillation = 0.5 };
        var start = _room.Base(settings);
        Run(start);
        var stage = Pruned(0.3, PruneTarget.Channels) with { Parent = start.ComputeKey(), FineTune = settings, Measure = Measure(start) };
        stage = stage with
        {
            Prune = stage.Prune! with { Groups = ["blocks"], Criterion = Criterion.Obs, Compensate = true },
            Export = new ExportSettings { Quantise = true, CalibrationImages = 4 },
        };

        var report = Run(stage);

        var network = DetectorCatalog.Build(await _room.DetectorAsync(report.Key)).Network;
        Assert.NotEmpty(network.LeftOut);
        Assert.Equal(report.Macs, network.Macs);
        Assert.InRange(report.Channels.Removed, 0.1, 0.3);
        (await StateAsync(stage)).RequireFit(network, "state");
        Assert.NotNull(report.Quantised);
        using var detector = OnnxDetector.Load((await _room.ReadAsync(CheckpointNames.Onnx(report.Key))).ToArray(), "model");
        Assert.Equal(network.Widths, detector.Spec.Widths);
        // A stage that was killed goes on with the blocks that it had chosen.
        await _room.Store.DeleteAsync(CheckpointNames.Report(report.Key), TestContext.Current.CancellationToken);
        Assert.ThrowsAny<OperationCanceledException>(() => _room.Run(stage, cancelAfter: 1));
        Assert.Equal(report.WeightsSha256, Run(stage).WeightsSha256);
    }

    [Fact]
    public void A_size_that_the_family_does_not_take_fails_the_stage()
    {
        var stage = Pruned(0.3, PruneTarget.Channels) with { InputSize = 20 };
        Assert.Contains("input size: input-size of architecture", Assert.Throws<StageFailedException>(() => Run(stage)).Message, StringComparison.Ordinal);
    }

    private async Task<WeightSet> WeightsAsync(StageReport report) => Safetensors.Read(await _room.ReadAsync(CheckpointNames.Weights(report.Key)), "weights");

    private StageReport Run(StageDescription stage) => _room.Run(stage);

    private StageDescription Pruned(double ratio, PruneTarget target) => new()
    {
        Parent = dense.Report.Key,
        Data = _room.Data,
        Prune = new PruneSettings
        {
            Ratio = ratio,
            Target = target,
            Groups = ["hidden", "neck"],
            Criterion = Criterion.L2,
            Compensate = false,
            CalibrationImages = 8,
        },
        FineTune = Short,
        Measure = new() { MaxSeconds = 0.1, Baseline = dense.Report.Key },
        Seed = 1,
    };

    private static MeasureSettings Measure(StageDescription dense) => new() { MaxSeconds = 0.1, Baseline = dense.ComputeKey() };

    private async Task<OptimizerState> StateAsync(StageDescription stage)
    {
        string name = CheckpointNames.Optimizer(stage.ComputeKey());
        return OptimizerState.Read(await _room.ReadAsync(name), name);
    }

    /// <summary>The first stage, which all of them prune: it runs once, and each test goes on from a copy.</summary>
    public sealed class DenseStage : IDisposable
    {
        public DenseStage() => Report = Room.Run(Room.Base(Short));

        internal StageRoom Room { get; } = new(train: 16, validation: 8);

        internal StageReport Report { get; }

        public void Dispose() => Room.Dispose();
    }
}
