using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Stages.Gpus;

namespace PruneSearch.Tests.Stages.Gpus;

/// <summary>Stages on a GPU: trained, pruned, exported and measured there.</summary>
public sealed class GpuStageTests(ITestOutputHelper output) : StageRuns
{
    [Fact]
    public async Task A_stage_that_is_interrupted_there_ends_as_one_that_is_not()
    {
        var (_, whole) = await StartAsync("whole", device: Gpu.Device);
        var (store, runner) = await StartAsync("interrupted", device: Gpu.Device);
        var wanted = (whole.Run(Job(Base()), _ => { }, default).WeightsSha256, whole.Run(Job(Pruned(0.5)), _ => { }, default).WeightsSha256);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(Job(Base()), p => StopAt(p, 3), stop.Token));
        Assert.Contains(await NamesAsync(store, ""), n => n.Contains("snapshot", StringComparison.Ordinal));

        var dense = runner.Run(Job(Base()), _ => { }, default);
        var pruned = runner.Run(Job(Pruned(0.5)), _ => { }, default);

        Assert.Equal(wanted, (dense.WeightsSha256, pruned.WeightsSha256));
        Assert.Equal(3, dense.TrainedSteps);

        void StopAt(StageProgress progress, int step)
        {
            if (progress.Step == step)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public async Task It_chooses_the_channels_that_the_processor_chooses_and_measures_on_the_gpu()
    {
        var (own, gpu) = await StartAsync("gpu", device: Gpu.Device);
        var (other, cpu) = await StartAsync("cpu");
        foreach (var runner in (IStageRunner[])[gpu, cpu])
        {
            runner.Run(Job(Base() with { FineTune = null }), _ => { }, default);
        }
        var asked = Pruned(0.5) with { Parent = (Base() with { FineTune = null }).ComputeKey(), Measure = new MeasureSettings { MaxSeconds = 1 } };

        var (report, wanted) = (gpu.Run(Job(asked), _ => { }, default), cpu.Run(Job(asked), _ => { }, default));

        output.WriteLine(
            $"{report.Latency.Device}: {report.Latency.Milliseconds:F3} ms, {report.Latency.SpeedUp:F2}x; mAP50 {report.Map50} and {wanted.Map50}");
        Assert.Empty(report.Warnings);
        Assert.EndsWith(", CUDA", report.Latency.Device.Engine, StringComparison.Ordinal);
        Assert.Equal(await ReadTextAsync(other, CheckpointNames.Detector(wanted.Key)), await ReadTextAsync(own, CheckpointNames.Detector(report.Key)));
        Assert.InRange(Math.Abs(report.Map50 - wanted.Map50), 0, 0.02);
    }

    [Fact]
    public void Its_driver_tells_how_it_stands()
    {
        GpuMeter.Watch(Gpu.Device);

        var told = GpuMeterTests.Told();

        output.WriteLine(string.Join('\n', told));
        Assert.All((string[])["hw.gpu.utilization", "hw.gpu.memory.usage", "hw.gpu.memory.limit", "hw.temperature", "hw.power"],
            name => Assert.Contains(told, t => t.Name == name));
        Assert.InRange(told.First(t => t.Name == "hw.gpu.memory.limit").Value, 1e9, 1e12);
    }
}
