using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Inference.Onnx;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Tests.Stages;

/// <summary>Nothing that a stage leaves has a NaN or an infinity in it; a stage that would leave one fails and names the tensor.</summary>
public sealed class NotFiniteStageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stages").FullName;
    private readonly DetectionDataset _train, _validation;
    private readonly FolderCheckpointStore _store;
    private readonly IStageRunner _runner;

    public NotFiniteStageTests()
    {
        string shapes = Path.Combine(_folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = 8, Validation = 4, ImageSize = 64 });
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

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public async Task A_batch_of_one_picture_with_maps_of_one_position_leaves_finite_tensors_and_says_what_stays(OptimizerKind optimizer)
    {
        var report = Run(Base(new FineTuneSettings { Steps = 3, BatchSize = 1, Optimizer = optimizer, EmaDecay = 0.9, CarryOptimizer = true }));

        Assert.Null((await ReadAsync(CheckpointNames.Weights(report.Key))).NotFinite());
        Assert.Null((await ReadAsync(CheckpointNames.Optimizer(report.Key))).NotFinite());
        OnnxAnswer.RequireFinite(await BytesAsync(CheckpointNames.Onnx(report.Key)), "exported");
        Assert.Contains(report.Warnings, w => w.Contains("batch norms on 1×1 maps a single value", StringComparison.Ordinal));

        // And what is pruned from it.
        var pruned = new StageDescription
        {
            Parent = report.Key,
            Data = Data,
            Prune = new PruneSettings { Ratio = 0.3, CalibrationImages = 8, Recalibrate = true },
            FineTune = new FineTuneSettings { Steps = 2, BatchSize = 1, Optimizer = optimizer, Distillation = 1, CarryOptimizer = true },
            Measure = new MeasureSettings { MaxSeconds = 0.1, Baseline = report.Key },
            Seed = 1,
        };
        Assert.Null((await ReadAsync(CheckpointNames.Weights(Run(pruned).Key))).NotFinite());
    }

    [Fact]
    public async Task A_last_step_that_spoils_the_weights_fails_the_stage_with_the_tensor()
    {
        var stage = Base(new FineTuneSettings { Steps = 1, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 3e38, ClipNorm = 0, WarmUp = 0 });
        Assert.Matches(
            "^fine-tuning diverged: tensor '[^']+' is (NaN|infinite|minus infinite) at ", Assert.Throws<StageFailedException>(() => Run(stage)).Message);
        Assert.False(await _store.ExistsAsync(CheckpointNames.Weights(stage.ComputeKey()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Weights_that_are_finite_but_answer_with_no_numbers_fail_the_stage_with_the_layer()
    {
        var stage = Base(new FineTuneSettings { Steps = 1, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 1e25, ClipNorm = 0, WarmUp = 0 });
        Assert.Matches("^evaluate: layer '[^']+' gives values that are not finite on picture '", Assert.Throws<StageFailedException>(() => Run(stage)).Message);
        Assert.False(await _store.ExistsAsync(CheckpointNames.Weights(stage.ComputeKey()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_state_that_is_spoiled_is_not_kept_when_the_stage_is_cancelled()
    {
        var stage = Base(new FineTuneSettings { Steps = 5, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 3e38, ClipNorm = 0, WarmUp = 0 });
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => _runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), p => StopAfter(p.Step), stop.Token));
        await foreach (string name in _store.ListAsync(CheckpointNames.Snapshots(stage.ComputeKey()), TestContext.Current.CancellationToken))
        {
            Assert.Fail($"{name} was kept");
        }

        void StopAfter(int step)
        {
            if (step == 1)
            {
                stop.Cancel();
            }
        }
    }

    private StageReport Run(StageDescription stage) => _runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), _ => { }, default);

    private StageDescription Base(FineTuneSettings settings) => new()
    {
        Base = new BaseSettings
        {
            Detector = SsdFamily.Spec(_train.Classes, new() { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable }) with { InputSize = 64 },
        },
        Data = Data,
        FineTune = settings,
        Measure = new MeasureSettings { MaxSeconds = 0.1 },
        Seed = 1,
    };

    private DataSettings Data => new() { Train = _train.ManifestHash, Validation = _validation.ManifestHash };

    private async Task<WeightSet> ReadAsync(string name) => Safetensors.Read(new MemoryStream(await BytesAsync(name)), name);

    private async Task<byte[]> BytesAsync(string name)
    {
        await using var stream = await _store.OpenReadAsync(name, TestContext.Current.CancellationToken);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }
}
