using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Detection;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>Training and inference go on for days: what a step leaves behind adds up.</summary>
public sealed class MemoryTests
{
    private const int Steps = 2000, WarmUp = 1000;

    /// <summary>In a process of its own: what other tests left in memory, and give back meanwhile, would hide growth.</summary>
    [Fact]
    public async Task Training_and_inference_do_not_grow()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads the resident set from /proc");
        string method = $"{typeof(MemoryTests).FullName}.{nameof(A_process_stays_as_large_as_after_its_warm_up)}";
        string[] arguments = ["-noColor", "-nologo", "-explicit", "only", "-showLiveOutput", "-method", method];
        using var alone = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string output = await alone.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await alone.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(alone.ExitCode == 0 && output.Contains("after inference", StringComparison.Ordinal), output);
    }

    [Fact(Explicit = true)]
    public void A_process_stays_as_large_as_after_its_warm_up()
    {
        var model = TinyDetector();
        var weights = RandomWeights.For(model, 1);
        using var teacher = new TorchNetwork(model.Network, weights);
        var settings = new FineTuneSettings { Steps = WarmUp + Steps, BatchSize = 2, EmaDecay = 0.9, Distillation = 1, Precision = Precision.Full };
        using var trainer = new Trainer(model, weights, settings, CPU, new Teacher(teacher));
        Train(WarmUp);
        Infer(WarmUp);
        double before = Resident();

        Train(Steps);
        double trained = Resident();
        Infer(Steps);
        double inferred = Resident();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{before / 1e6:0.0} MB, after training {trained / 1e6:0.0} MB, after inference {inferred / 1e6:0.0} MB"));
        Assert.InRange(trained, 0.97 * before, 1.03 * before);
        Assert.InRange(inferred, 0.97 * before, 1.03 * before);

        void Train(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                trainer.TrainOn(Some.Batch(i % 7, count: 2, size: 32));
            }
        }

        void Infer(int pictures)
        {
            using var guard = no_grad();
            for (int i = 0; i < pictures; i++)
            {
                using var scope = NewDisposeScope();
                using var batch = Some.Batch(i % 7, count: 1, size: 32);
                _ = teacher.Forward(batch.Images);
            }
        }
    }

    // Every kind of layer that the detectors are made of, once.
    private static DetectorModel TinyDetector()
    {
        var network = new NetworkBuilder();
        string image = network.Input(DetectorModel.ImageInput, 3, 32, 32);
        var chain = network.Group("chain", ChannelGroupKind.Residual, 16);
        string first = Unit("first", network.Conv("first", image, chain, 3, 2, bias: false));
        string deep = Unit("deep", network.Depthwise("deep", first, 3, bias: false));
        string sum = network.Sum("sum", first, network.BatchNorm("project.bn", network.Conv("project", deep, chain, 1, bias: false)));
        string second = Unit("second", network.Depthwise("second", sum, 3, 2, bias: false));
        network.Output(
            DetectorModel.BoxesOutput, [network.Conv("b0", sum, ChannelLayout.Fixed(12), 1), network.Conv("b1", second, ChannelLayout.Fixed(24), 1)], 4);
        network.Output(
            DetectorModel.ClassesOutput, [network.Conv("c0", sum, ChannelLayout.Fixed(9), 1), network.Conv("c1", second, ChannelLayout.Fixed(18), 1)], 3);
        return DetectorCatalog.Build(SsdFamily.Spec(["circle", "square"])) with
        {
            Network = network.Build(),
            References = SsdDefaultBoxes.Create([network.SizeOf(sum), network.SizeOf(second)]),
        };

        string Unit(string name, string conv) => network.Activation(name + ".relu6", network.BatchNorm(name + ".bn", conv), ActivationFunction.Relu6);
    }

    // Once it has stopped falling: the runtime gives memory of its compiler and collector back some time after it was used.
    private static double Resident()
    {
        double resident = double.PositiveInfinity;
        for (int calm = 0; calm < 3; Thread.Sleep(300))
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            NativeMemory.Release();
            string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            double now = 1024.0 * long.Parse(line[6..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
            calm = now < 0.999 * resident ? 0 : calm + 1;
            resident = Math.Min(now, resident);
        }
        return resident;
    }
}
