using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Detection.Training;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Tests.Stages;

/// <summary>What pruning leaves behind in a stage: the channels that were chosen, and the optimizer's state.</summary>
public sealed class StagePruningTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stages").FullName;
    private readonly DetectionDataset _train, _validation;
    private readonly FolderCheckpointStore _store;
    private readonly IStageRunner _runner;

    public StagePruningTests()
    {
        string shapes = Path.Combine(_folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = 16, Validation = 8, ImageSize = 64 });
        (_train, _validation) = (ShapesDataset.Read(shapes, "train"), ShapesDataset.Read(shapes, "val"));
        _store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        foreach (var dataset in (DetectionDataset[])[_train, _validation])
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            _store.PutAsync(
                CheckpointNames.Dataset(dataset.ManifestHash),
                (stream, cancellation) => stream.WriteAsync(json, cancellation).AsTask()).GetAwaiter().GetResult();
        }
        _runner = new ServiceCollection().AddSingleton<ICheckpointStore>(_store).AddStageRunner().BuildServiceProvider().GetRequiredService<IStageRunner>();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_latency_target_is_met_and_its_widths_hold_when_the_stage_is_resumed()
    {
        Run(Base());
        var stage = Pruned(0.3, PruneTarget.Latency);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => _runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), p => StopAt(p.Step), stop.Token));
        string pruned = CheckpointNames.Pruned(stage.ComputePruningKey());
        await using var kept = await _store.OpenReadAsync(pruned, TestContext.Current.CancellationToken);
        var began = DetectorSpec.FromJson(Safetensors.ReadMetadata(kept, pruned)["detector"], pruned);
        foreach (string name in await NamesAsync("latencies/"))
        {
            await _store.DeleteAsync(name, TestContext.Current.CancellationToken); // another machine would measure otherwise
        }

        var report = Run(stage);

        await using var detector = await _store.OpenReadAsync(CheckpointNames.Detector(report.Key), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(detector);
        Assert.Equal(began.Widths, DetectorSpec.FromJson(await reader.ReadToEndAsync(TestContext.Current.CancellationToken), "detector").Widths);

        void StopAt(int step)
        {
            if (step == 1)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public void A_latency_that_cannot_be_reached_fails_with_what_can_be()
    {
        Run(Base());
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
        var dense = Run(Base());
        var pruned = Run(Pruned(0.3, target));
        double gone = target == PruneTarget.Macs ? 1 - (double)pruned.Macs / dense.Macs : 1 - (double)pruned.Parameters / dense.Parameters;
        Assert.InRange(gone, 0.26, 0.3);
    }

    [Theory]
    [InlineData(Criterion.Taylor)]
    [InlineData(Criterion.Fisher)]
    [InlineData(Criterion.Activation)]
    public async Task Criteria_that_look_at_pictures_repeat_byte_for_byte(Criterion criterion)
    {
        Run(Base());
        var stage = Pruned(0.4, PruneTarget.Channels);
        stage = stage with { FineTune = null, Prune = stage.Prune! with { Criterion = criterion } };
        string first = Run(stage).WeightsSha256;
        await _store.DeleteAsync(CheckpointNames.Pruned(stage.ComputePruningKey()), TestContext.Current.CancellationToken);
        Assert.Equal(first, Run(stage).WeightsSha256);
        Assert.NotEqual(first, Run(stage with { Prune = stage.Prune! with { Criterion = Criterion.L2 } }).WeightsSha256);
    }

    [Fact]
    public async Task Stages_that_prune_alike_and_train_otherwise_share_the_pruning()
    {
        Run(Base());
        var stage = Pruned(0.4, PruneTarget.Channels);
        stage = stage with { FineTune = null, Prune = stage.Prune! with { Criterion = Criterion.Random } };
        var trained = stage with { FineTune = new FineTuneSettings { Steps = 1, BatchSize = 4 } };
        var measured = stage with { Measure = stage.Measure with { Threads = 2 } };

        var reports = new[] { Run(trained), Run(stage), Run(measured) };

        Assert.Equal(reports[1].WeightsSha256, reports[2].WeightsSha256);
        Assert.Equal(3, reports.Select(r => r.Key).Distinct().Count());
        Assert.Single(reports.Select(r => r.Macs).Distinct());
        Assert.Equal(CheckpointNames.Pruned(stage.ComputePruningKey()), Assert.Single(await NamesAsync("prunings/")));
    }

    [Fact]
    public async Task Optimizer_state_is_cut_like_the_weights_and_goes_on()
    {
        var settings = new FineTuneSettings { Steps = 4, BatchSize = 4, CarryOptimizer = true };
        var start = Base() with { FineTune = settings };
        var stage = Pruned(0.5, PruneTarget.Channels) with { Parent = start.ComputeKey(), FineTune = settings with { Steps = 3 }, Measure = Measure(start) };
        Run(start);
        var report = Run(stage);

        var (before, after) = (await StateAsync(start), await StateAsync(stage));
        Assert.Equal((4, 7), (before.Steps, after.Steps));
        await using var detector = await _store.OpenReadAsync(CheckpointNames.Detector(report.Key), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(detector);
        var model = DetectorCatalog.Build(DetectorSpec.FromJson(await reader.ReadToEndAsync(TestContext.Current.CancellationToken), "detector"));
        after.RequireFit(model.Network, "state");
        Assert.True(after.Tensors.Sum(t => t.Value.Values.Length) < before.Tensors.Sum(t => t.Value.Values.Length));

        var fresh = stage with { FineTune = stage.FineTune! with { CarryOptimizer = false } };
        Assert.NotEqual(report.WeightsSha256, Run(fresh).WeightsSha256);

        // A step that removes nothing and trains nothing hands the state on as it is.
        var nothing = Pruned(0.5, PruneTarget.Channels) with { Parent = report.Key, FineTune = stage.FineTune, Measure = Measure(start) };
        Assert.Equal(0, Run(nothing).TrainedSteps);
        Assert.Equal(7, (await StateAsync(nothing)).Steps);
    }

    [Fact]
    public void Regularisation_prepares_the_groups_that_will_be_pruned()
    {
        var settings =
            new FineTuneSettings { Steps = 4, BatchSize = 4, Regularisation = new() { Kind = RegularisationKind.BnScale, Strength = 0.9, Share = 1 } };
        string plain = Run(Base() with { FineTune = settings with { Regularisation = null } }).WeightsSha256;
        Assert.NotEqual(plain, Run(Base() with { FineTune = settings }).WeightsSha256);
        var unknown = Base() with { FineTune = settings with { Regularisation = settings.Regularisation! with { Groups = ["tail"] } } };
        Assert.Contains(
            "regularisation: Unknown channel group 'tail'", Assert.Throws<StageFailedException>(() => Run(unknown)).Message, StringComparison.Ordinal);
    }

    private StageReport Run(StageDescription stage) => _runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), _ => { }, default);

    private StageDescription Base() => new()
    {
        Base = new BaseSettings
        {
            Detector = new DetectorSpec
            {
                Architecture = SsdFamily.Architecture,
                Classes = _train.Classes,
                InputSize = 64,
                Options = new SsdOptions { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable },
            },
        },
        Data = Data,
        FineTune = new FineTuneSettings { Steps = 2, BatchSize = 4 },
        Measure = new MeasureSettings { MaxSeconds = 0.1 },
        Seed = 1,
    };

    private StageDescription Pruned(double ratio, PruneTarget target) => new()
    {
        Parent = Base().ComputeKey(),
        Data = Data,
        Prune = new PruneSettings
        {
            Ratio = ratio,
            Target = target,
            Groups = ["hidden", "neck"],
            Criterion = Criterion.L2,
            Compensate = false,
            CalibrationImages = 8,
        },
        FineTune = new FineTuneSettings { Steps = 2, BatchSize = 4 },
        Measure = Measure(Base()),
        Seed = 1,
    };

    private static MeasureSettings Measure(StageDescription dense) => new() { MaxSeconds = 0.1, Baseline = dense.ComputeKey() };

    private DataSettings Data => new() { Train = _train.ManifestHash, Validation = _validation.ManifestHash };

    private async Task<OptimizerState> StateAsync(StageDescription stage)
    {
        string name = CheckpointNames.Optimizer(stage.ComputeKey());
        await using var stream = await _store.OpenReadAsync(name, TestContext.Current.CancellationToken);
        return OptimizerState.Read(stream, name);
    }

    private async Task<List<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (string name in _store.ListAsync(prefix, TestContext.Current.CancellationToken))
        {
            names.Add(name);
        }
        return names;
    }
}
