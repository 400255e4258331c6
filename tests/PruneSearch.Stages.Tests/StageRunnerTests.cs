using System.Security.Cryptography;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Stages;

/// <summary>The whole loop on drawn pictures, with a small detector.</summary>
public sealed class StageRunnerTests : StageRuns
{
    [Fact]
    public async Task Batch_norms_are_recalibrated_where_asked()
    {
        var (_, runner) = await StartAsync("recalibrated");
        runner.Run(Job(Base()), _ => { }, default);
        var parts = new List<string>();
        var asked = Pruned(0.5) with { FineTune = null, Prune = new PruneSettings { Ratio = 0.5, Recalibrate = true, CalibrationImages = 8 } };

        var report = runner.Run(Job(asked), p => parts.Add(p.Part), default);

        Assert.Contains("recalibrate", parts);
        Assert.NotEqual(report.WeightsSha256, runner.Run(Job(Pruned(0.5) with { FineTune = null }), _ => { }, default).WeightsSha256);
    }

    [Fact]
    public async Task The_exported_model_answers_like_theTrained_one()
    {
        var (store, runner) = await StartAsync("export");
        runner.Run(Job(Base()), _ => { }, default);
        var key = runner.Run(Job(Pruned(0.5)), _ => { }, default).Key;
        var model = DetectorCatalog.Build(DetectorSpec.FromJson(await ReadTextAsync(store, CheckpointNames.Detector(key)), "detector"));
        await using var file = await store.OpenReadAsync(CheckpointNames.Weights(key));
        using var network = new TorchNetwork(model.Network, Safetensors.Read(file, "weights"));
        await using var onnx = await store.OpenReadAsync(CheckpointNames.Onnx(key));
        using var bytes = new MemoryStream();
        await onnx.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        float[] picture = [.. Enumerable.Range(0, 3 * 64 * 64).Select(i => (float)Math.Sin(i * 0.01))];
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(bytes.ToArray());
        using var input = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(picture, [1, 3, 64, 64]);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        using var exported = session.Run(options, [DetectorModel.ImageInput], [input], [DetectorModel.BoxesOutput, DetectorModel.ClassesOutput]);

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var expected = network.Forward(tensor(picture, [1, 3, 64, 64]));
        foreach (var (name, index) in ((string, int)[])[(DetectorModel.BoxesOutput, 0), (DetectorModel.ClassesOutput, 1)])
        {
            float[] wanted = expected[name].data<float>().ToArray(), got = exported[index].GetTensorDataAsSpan<float>().ToArray();
            float scale = Math.Max(1, wanted.Max(Math.Abs));
            Assert.Equal(wanted.Length, got.Length);
            Assert.All(wanted.Zip(got), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, 1e-4f));
        }
    }

    [Fact]
    public async Task A_step_that_removes_nothing_says_so_andTrains_nothing()
    {
        var (_, runner) = await StartAsync("nothing");
        runner.Run(Job(Base()), _ => { }, default);

        var report = runner.Run(Job(Pruned(0.001)), _ => { }, default);

        Assert.Equal(0, report.TrainedSteps);
        Assert.Contains("removed nothing", Assert.Single(report.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_without_tf32_trains_in_float32_and_says_so()
    {
        var (_, runner) = await StartAsync("tf32");
        var stage = Base();

        var report = runner.Run(Job(stage with { FineTune = stage.FineTune! with { Precision = Precision.Tf32 } }), _ => { }, default);

        Assert.Equal(Precision.Full, report.TrainedIn);
        Assert.Contains("it was trained in float32: the device does not compute with tf32", report.Warnings);
    }

    [Fact]
    public async Task A_quantised_model_has_figures_of_its_own_and_lies_beside_the_other()
    {
        var (store, runner) = await StartAsync("quantised");
        var settings = new ExportSettings { Quantise = true, CalibrationImages = 4 };
        var dense = runner.Run(Job(Base() with { Export = settings }), _ => { }, default);

        var parts = new List<string>();
        var quantised = Pruned(0.5) with { Parent = dense.Key, Export = settings, Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = dense.Key } };
        var report = runner.Run(Job(quantised), p => parts.Add(p.Part), default);

        Assert.Contains("quantise", parts);
        // Hardly trained, some convolutions answer with nearly the same for all pictures: those stay in floating point.
        Assert.True(report.Quantised!.ModelBytes < 0.9 * report.ModelBytes, $"{report.Quantised.ModelBytes} of {report.ModelBytes} bytes");
        Assert.NotEqual(report.Latency.Milliseconds, report.Quantised.Latency.Milliseconds);
        Assert.InRange(report.Quantised.Map50, 0, 1);
        Assert.NotNull(dense.Quantised!.Map50BeyondDense); // beside its own float model
        Assert.Null(dense.Map50BeyondDense);
        Assert.Equal(Validation.Classes.Order(), report.Quantised.ClassAp50.Keys);
        Assert.True(await store.ExistsAsync(CheckpointNames.Int8Onnx(report.Key)));
        Assert.Equal(4, (await NamesAsync(store, "latencies/")).Count); // two structures in two precisions
        Assert.Null(runner.Run(Job(Pruned(0.25) with { Parent = dense.Key, Measure = quantised.Measure }), _ => { }, default).Quantised);
    }

    [Fact]
    public async Task Speed_is_measured_once_for_a_structure_whatever_its_weights_and_its_search()
    {
        var (store, runner) = await StartAsync("latencies");
        var first = runner.Run(Job(Base()), _ => { }, default);
        var trained = runner.Run(Job(Base() with { Seed = 2 }), _ => { }, default); // other weights, another baseline
        Assert.NotEqual(first.WeightsSha256, trained.WeightsSha256);

        var one = runner.Run(Job(Pruned(0.5)), _ => { }, default);
        var other = runner.Run(Job(Pruned(0.5) with
        {
            Parent = trained.Key,
            Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = trained.Key },
            Prune = new PruneSettings { Ratio = 0.5, Ranking = ChannelRanking.Local },
        }), _ => { }, default);
        var threads = runner.Run(
            Job(Pruned(0.5) with { Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = first.Key, Threads = 2 } }), _ => { }, default);
        var torch = runner.Run(Job(
            Pruned(0.5) with { Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = first.Key, Engine = MeasuringEngine.Torch } }), _ => { }, default);

        Assert.Equal(Text(first.Latency), Text(trained.Latency));
        bool same = await ReadTextAsync(store, CheckpointNames.Detector(one.Key)) == await ReadTextAsync(store, CheckpointNames.Detector(other.Key));
        Assert.Equal(same, Text(one.Latency) == Text(other.Latency));
        Assert.Equal(
            (1, false, 2, true), (one.Latency.Device.Threads, one.Latency.Device.Spinning, threads.Latency.Device.Threads, threads.Latency.Device.Spinning));
        Assert.StartsWith("torch", torch.Latency.Device.Engine, StringComparison.Ordinal);
        Assert.Equal(same ? 4 : 5, (await NamesAsync(store, "latencies/")).Count);
        Assert.True(one.Processing is { PreProcessing: > 0, PostProcessing: > 0, Pictures: 8 });

        static string Text(LatencyReport latency) => JsonSerializer.Serialize(latency, CoreJson.Canonical);
    }

    [Fact]
    public async Task What_cannot_succeed_fails_for_good_with_its_reason()
    {
        var (_, runner) = await StartAsync("failing");
        runner.Run(Job(Base()), _ => { }, default);

        var group = Pruned(0.5) with { Prune = new PruneSettings { Ratio = 0.5, Groups = ["tail"] } };
        Assert.Contains("'tail'", Assert.Throws<StageFailedException>(() => runner.Run(Job(group), _ => { }, default)).Message, StringComparison.Ordinal);
        var rate =
            Pruned(0.5) with { FineTune = new FineTuneSettings { Steps = 20, BatchSize = 2, Optimizer = OptimizerKind.Sgd, LearningRate = 1e9, ClipNorm = 0 } };
        Assert.Contains("diverged", Assert.Throws<StageFailedException>(() => runner.Run(Job(rate), _ => { }, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_begins_with_a_pruned_detector_counts_from_that_one()
    {
        var (store, runner) = await StartAsync("pruned-before");
        var dense = DetectorCatalog.Build(Base().Base!.Detector);
        var before = dense.With(
            dense.Network.Groups.ToDictionary(g => g.Name, g => g.Kind == ChannelGroupKind.Hidden && g.Width >= 32 ? g.Width / 2 : g.Width));
        using var weights = new MemoryStream();
        Safetensors.Write(weights, RandomWeights.For(before, 1));
        string sha = Convert.ToHexStringLower(SHA256.HashData(weights.ToArray()));
        await store.PutAsync(CheckpointNames.Input(sha), (stream, c) => stream.WriteAsync(weights.ToArray(), c).AsTask());
        var start = Base() with { Base = Base().Base! with { WeightsSha256 = sha, WeightsDetector = before.Spec } };
        var key = start.ComputeKey();

        var original = runner.Run(Job(start), _ => { }, default);
        var pruned = runner.Run(Job(Pruned(0.4) with { Parent = key, Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = key } }), _ => { }, default);
        var control = runner.Run(
            Job(Pruned(0.4) with { Prune = null, Parent = key, Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = key } }), _ => { }, default);

        Assert.Equal((0, 0), (original.Channels.Removed, control.Channels.Removed));
        Assert.InRange(pruned.Channels.Removed, 0.3, 0.4);
        Assert.Equal(before.Network.Groups.Where(g => g.Kind == ChannelGroupKind.Hidden).Sum(g => g.Width), pruned.Channels.Dense);
        Assert.Equal(ChannelCount.Of(before.Network), original.Unpruned);
        Assert.Equal(original.Unpruned, control.Unpruned);
        Assert.Equal(original.Unpruned!.Value.Now - (pruned.Channels.Dense - pruned.Channels.Now), pruned.Unpruned!.Value.Now);
    }
}
