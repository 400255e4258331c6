using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Stages;
using PruneSearch.Storage;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Stages;

/// <summary>The whole loop on drawn pictures, with a small detector.</summary>
public sealed class StageRunnerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stages").FullName;
    private readonly DetectionDataset _train, _validation;

    public StageRunnerTests()
    {
        string shapes = Path.Combine(_folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = 16, Validation = 8, ImageSize = 64 });
        (_train, _validation) = (ShapesDataset.Read(shapes, "train"), ShapesDataset.Read(shapes, "val"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
        var (own, others) = (await scores.FindAsync(pruned.Key, _validation.ManifestHash), await scores.FindAsync(dense.Key, _validation.ManifestHash));
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
    public async Task The_exported_model_answers_like_the_trained_one()
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
    public async Task A_step_that_removes_nothing_says_so_and_trains_nothing()
    {
        var (_, runner) = await StartAsync("nothing");
        runner.Run(Job(Base()), _ => { }, default);

        var report = runner.Run(Job(Pruned(0.001)), _ => { }, default);

        Assert.Equal(0, report.TrainedSteps);
        Assert.Contains("removed nothing", Assert.Single(report.Warnings), StringComparison.Ordinal);
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
        Assert.Equal(_validation.Classes.Order(), report.Quantised.ClassAp50.Keys);
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

        Assert.Equal(first.Latency, trained.Latency);
        bool same = await ReadTextAsync(store, CheckpointNames.Detector(one.Key)) == await ReadTextAsync(store, CheckpointNames.Detector(other.Key));
        Assert.Equal(same, one.Latency == other.Latency);
        Assert.Equal(
            (1, false, 2, true), (one.Latency.Device.Threads, one.Latency.Device.Spinning, threads.Latency.Device.Threads, threads.Latency.Device.Spinning));
        Assert.StartsWith("torch", torch.Latency.Device.Engine, StringComparison.Ordinal);
        Assert.Equal(same ? 4 : 5, (await NamesAsync(store, "latencies/")).Count);
        Assert.True(one.Processing is { PreProcessing: > 0, PostProcessing: > 0, Pictures: 8 });
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

    private StageDescription Base() => new()
    {
        Base = new BaseSettings
        {
            Detector = new DetectorSpec
            {
                Architecture = SsdFamily.Architecture,
                Classes = _train.Classes,
                InputSize = 64,
                Options = new SsdOptions { WidthMultiplier = 0.25, Extras = ExtraLayerStyle.Separable },
            },
        },
        Data = Data,
        FineTune = new FineTuneSettings { Steps = 6, BatchSize = 4, LearningRate = 1e-3, EmaDecay = 0.9 },
        Measure = new MeasureSettings { MaxSeconds = 0.2 },
        Seed = 1,
    };

    private StageDescription Pruned(double ratio) => new()
    {
        Parent = Base().ComputeKey(),
        Data = Data,
        Prune = new PruneSettings { Ratio = ratio },
        FineTune = new FineTuneSettings { Steps = 3, BatchSize = 4, Distillation = 0.5 },
        Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = Base().ComputeKey() },
        Seed = 1,
    };

    private DataSettings Data => new() { Train = _train.ManifestHash, Validation = _validation.ManifestHash };

    private static StageJob Job(StageDescription description) => new(description.ComputeKey(), description, Epoch: 1);

    private async Task<(ICheckpointStore Store, IStageRunner Runner)> StartAsync(string name, int threads = 0)
    {
        var store = new FolderCheckpointStore(Path.Combine(_folder, name));
        foreach (var dataset in (DetectionDataset[])[_train, _validation])
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            await store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), async (stream, cancellation) => await stream.WriteAsync(json, cancellation));
        }
        var services = new ServiceCollection().AddSingleton<ICheckpointStore>(store).AddStageRunner(o => o.Threads = threads).BuildServiceProvider();
        return (store, services.GetRequiredService<IStageRunner>());
    }

    private static async Task<string> ReadTextAsync(ICheckpointStore store, string name)
    {
        using var reader = new StreamReader(await store.OpenReadAsync(name));
        return await reader.ReadToEndAsync();
    }

    private static async Task<List<string>> NamesAsync(ICheckpointStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (string name in store.ListAsync(prefix))
        {
            names.Add(name);
        }
        return names;
    }
}
