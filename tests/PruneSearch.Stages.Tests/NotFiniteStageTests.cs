using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Tests.Stages;

/// <summary>Nothing that a stage leaves has a NaN or an infinity in it; a stage that would leave one fails and names the tensor.</summary>
public sealed class NotFiniteStageTests : IDisposable
{
    private readonly StageRoom _room = new(train: 8, validation: 4);

    public void Dispose() => _room.Dispose();

    [Fact]
    public void Norms_that_are_frozen_keep_their_statistics_without_a_warning() => Assert.DoesNotContain(
        Run(_room.Base(new FineTuneSettings { Steps = 1, BatchSize = 1, FreezeNorms = true })).Warnings,
        w => w.Contains("single value", StringComparison.Ordinal));

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public async Task A_batch_of_one_picture_with_maps_of_one_position_leaves_finite_tensors_and_says_what_stays(OptimizerKind optimizer)
    {
        var report = Run(_room.Base(new FineTuneSettings { Steps = 3, BatchSize = 1, Optimizer = optimizer, EmaDecay = 0.9, CarryOptimizer = true }));

        Assert.Null((await ReadAsync(CheckpointNames.Weights(report.Key))).NotFinite());
        Assert.Null((await ReadAsync(CheckpointNames.Optimizer(report.Key))).NotFinite());
        OnnxAnswer.RequireFinite((await _room.ReadAsync(CheckpointNames.Onnx(report.Key))).ToArray(), "exported");
        Assert.Contains(report.Warnings, w => w.Contains("batch norms on 1×1 maps a single value", StringComparison.Ordinal));

        // And what is pruned from it.
        var pruned = new StageDescription
        {
            Parent = report.Key,
            Data = _room.Data,
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
        var stage = _room.Base(new FineTuneSettings { Steps = 1, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 3e38, ClipNorm = 0, WarmUp = 0 });
        Assert.Matches(
            "^fine-tuning diverged: tensor '[^']+' is (NaN|infinite|minus infinite) at ", Assert.Throws<StageFailedException>(() => Run(stage)).Message);
        Assert.False(await _room.Store.ExistsAsync(CheckpointNames.Weights(stage.ComputeKey()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Weights_that_are_finite_but_answer_with_no_numbers_fail_the_stage_with_the_layer()
    {
        var stage = _room.Base(new FineTuneSettings { Steps = 1, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 1e25, ClipNorm = 0, WarmUp = 0 });
        Assert.Matches("^evaluate: layer '[^']+' gives values that are not finite on picture '", Assert.Throws<StageFailedException>(() => Run(stage)).Message);
        Assert.False(await _room.Store.ExistsAsync(CheckpointNames.Weights(stage.ComputeKey()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_state_that_is_spoiled_is_not_kept_when_the_stage_is_cancelled()
    {
        var stage = _room.Base(new FineTuneSettings { Steps = 5, BatchSize = 4, Optimizer = OptimizerKind.Sgd, LearningRate = 3e38, ClipNorm = 0, WarmUp = 0 });
        Assert.ThrowsAny<OperationCanceledException>(() => _room.Run(stage, cancelAfter: 1));
        Assert.Empty(await _room.NamesAsync(CheckpointNames.Snapshots(stage.ComputeKey())));
    }

    private StageReport Run(StageDescription stage) => _room.Run(stage);

    private async Task<WeightSet> ReadAsync(string name) => Safetensors.Read(await _room.ReadAsync(name), name);
}
