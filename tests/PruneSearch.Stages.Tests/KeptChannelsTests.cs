using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Tests.Stages;

/// <summary>Stages know which of the first stage's channels they still have, and distil their feature maps.</summary>
public sealed class KeptChannelsTests : IDisposable
{
    private readonly StageRoom _room = new(train: 8, validation: 4);

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task After_two_prunings_the_list_names_the_channels_of_the_first_stage()
    {
        var dense = Run(_room.Base(new FineTuneSettings { Steps = 1, BatchSize = 4 }));
        var once = Run(Pruned(dense, dense, 0.2));
        var twice = Run(Pruned(once, dense, 0.4));
        var trained = Run(Pruned(twice, dense, 0.6) with { Prune = null, FineTune = new FineTuneSettings { Steps = 1, BatchSize = 4 } });

        var (original, left) = (await WeightsAsync(dense), await WeightsAsync(twice));
        var plan = await PlanAsync(twice);
        var network = DetectorCatalog.Build(await _room.DetectorAsync(twice.Key)).Network;
        Assert.True(plan.Removed > (await PlanAsync(once)).Removed);
        foreach (var (group, kept) in plan.Kept)
        {
            Assert.Equal(network.Group(group).Width, kept.Length);
            foreach (var slice in network.Group(group).Slices.Where(s => s is { Role: SliceRole.Follower, Dimension: 0 }))
            {
                var (before, after) = (original[slice.Tensor], left[slice.Tensor]);
                int row = after.Values.Length / after.Shape[0];
                Assert.Equal(kept.SelectMany(c => before.Values.Skip(c * row).Take(row)), after.Values); // neither trained nor compensated
            }
        }
        Assert.Equal(JsonSerializer.Serialize(plan), JsonSerializer.Serialize(await PlanAsync(trained)));
        Assert.Empty((await PlanAsync(dense)).Kept);
    }

    [Fact]
    public async Task Feature_maps_teach_and_a_stopped_stage_goes_on_to_the_same_bytes()
    {
        var dense = Run(_room.Base(new FineTuneSettings { Steps = 1, BatchSize = 4 }));
        var once = Run(Pruned(dense, dense, 0.2));
        var settings = new FineTuneSettings { Steps = 4, BatchSize = 4, DistillationFeatures = 1 };
        var stage = Pruned(once, dense, 0.4) with { FineTune = settings };
        using var other = _room.Copy();

        var report = Run(stage);
        Assert.ThrowsAny<OperationCanceledException>(() => other.Run(stage, cancelAfter: 2));
        Assert.Equal(report.WeightsSha256, other.Run(stage).WeightsSha256);
        Assert.NotEqual(report.WeightsSha256, Run(stage with { FineTune = settings with { DistillationFeatures = 2 } }).WeightsSha256);
        Assert.Empty(report.Warnings);

        // An earlier version left no list: what it does not know is said.
        await _room.Store.DeleteAsync(CheckpointNames.Kept(once.Key), TestContext.Current.CancellationToken);
        var unknown = Run(stage with { Seed = 2 });
        Assert.Matches("^the stage before kept no list of its channels: [0-9]+ of [0-9]+ groups teach no feature maps$", Assert.Single(unknown.Warnings));
        var output = Run(stage with { Seed = 3, FineTune = settings with { DistillationFeatures = 0, Distillation = 1 } });
        Assert.Empty(output.Warnings);
    }

    private StageReport Run(StageDescription stage) => _room.Run(stage);

    private StageDescription Pruned(StageReport parent, StageReport dense, double ratio) => new()
    {
        Parent = parent.Key,
        Data = _room.Data,
        Prune = new PruneSettings { Ratio = ratio, Groups = ["hidden", "neck"], Criterion = Criterion.L2, Compensate = false, RoundTo = 1 },
        Measure = new MeasureSettings { MaxSeconds = 0.1, Baseline = dense.Key },
        Seed = 1,
    };

    private async Task<WeightSet> WeightsAsync(StageReport report) => Safetensors.Read(await _room.ReadAsync(CheckpointNames.Weights(report.Key)), "weights");

    private async Task<PruningPlan> PlanAsync(StageReport report) =>
        (await JsonSerializer.DeserializeAsync<PruningPlan>(await _room.ReadAsync(CheckpointNames.Kept(report.Key)), CoreJson.Canonical))!;
}
