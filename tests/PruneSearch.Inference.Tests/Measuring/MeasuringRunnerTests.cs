using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Measuring;
using PruneSearch.Inference.Onnx;
using PruneSearch.Tests;

namespace PruneSearch.Inference.Tests.Measuring;

public sealed class MeasuringRunnerTests
{
    private static readonly DataSettings Data = new() { Train = "train", Validation = "validation" };
    private static readonly StageDescription Stage =
        new() { Base = new BaseSettings { Detector = Some.SmallDetector().Spec }, Data = Data, Measure = new() { MaxSeconds = 0.1 } };

    private static readonly StageKey Key = Stage.ComputeKey();
    private readonly Memory _store = new();

    public MeasuringRunnerTests()
    {
        var model = Some.SmallDetector();
        _store.Objects[CheckpointNames.Onnx(Key)] = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        _store.Objects[CheckpointNames.Detector(Key)] = Encoding.UTF8.GetBytes(model.Spec.ToJson());
        _store.Objects[CheckpointNames.Report(Key)] = JsonSerializer.SerializeToUtf8Bytes(MadeUp.Report(key: Key) with { TrainedSteps = 7 }, CoreJson.Readable);
    }

    [Fact]
    public void A_model_is_measured_once_a_class_and_keeps_all_but_its_speed()
    {
        var pi = Run(Stage.Measured(Key, "pi"), threads: 2);
        Assert.Equal((Key, .5, 2, 0), (pi.Measures!.Value, pi.Map50, pi.Latency.Device.Threads, pi.TrainedSteps));
        Assert.NotEqual(MadeUp.Report().Latency.Device.Processor, pi.Latency.Device.Processor);
        Assert.Equal(["measure", "restore"], pi.Seconds.Keys);

        var again = Run(Stage.Measured(Key, "pi"), threads: 2);
        Assert.Equal(pi.Latency.SessionSpeedUps, again.Latency.SessionSpeedUps); // of the same structure: known
        var phone = Run(Stage.Measured(Key, "phone"), threads: 2);
        Assert.NotEqual(pi.Latency.SessionSpeedUps, phone.Latency.SessionSpeedUps);
        Assert.Equal(2, _store.Objects.Keys.Count(k => k.StartsWith("latencies/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_class_has_a_key_of_its_own_and_stages_that_train_keep_theirs()
    {
        Assert.NotEqual(Stage.Measured(Key, "pi").ComputeKey(), Stage.Measured(Key, "phone").ComputeKey());
        Assert.Equal(Key, (Stage with { Measure = Stage.Measure with { On = ["pi"] } }).ComputeKey());
    }

    [Fact]
    public void It_trains_nothing_and_tells_what_it_cannot_read_or_run()
    {
        Assert.Throws<InputUnavailableException>(() => Run(Stage));
        var torch = Stage with { Measure = Stage.Measure with { Engine = MeasuringEngine.Torch } };
        Assert.Throws<StageFailedException>(() => Run(torch.Measured(Key, "pi")));
        _store.Objects[CheckpointNames.Onnx(Key)] = [1, 2, 3];
        var e = Assert.Throws<StageFailedException>(() => Run(Stage.Measured(Key, "pi")));
        Assert.Contains("does not run here", e.Message, StringComparison.Ordinal);
        _store.Objects.Remove(CheckpointNames.Onnx(Key));
        Assert.Throws<InputUnavailableException>(() => Run(Stage.Measured(Key, "pi")));
    }

    private StageReport Run(StageDescription stage, int threads = 0) => new MeasuringRunner(_store, TimeProvider.System, threads)
        .Run(new StageJob(stage.ComputeKey(), stage, 1), _ => { }, TestContext.Current.CancellationToken);

    private sealed class Memory : ICheckpointStore
    {
        public Dictionary<string, byte[]> Objects { get; } = [];

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => Task.FromResult(Objects.ContainsKey(name));

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) =>
            Objects.TryGetValue(name, out byte[]? content) ? Task.FromResult<Stream>(new MemoryStream(content)) : throw new FileNotFoundException(name);

        public async Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default)
        {
            using var stream = new MemoryStream();
            await write(stream, cancellation);
            Objects[name] = stream.ToArray();
            return true;
        }

        public async IAsyncEnumerable<string> ListAsync(
            string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            await Task.CompletedTask;
            foreach (string name in Objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return name;
            }
        }

        public Task DeleteAsync(string name, CancellationToken cancellation = default) => Task.FromResult(Objects.Remove(name));
    }
}
