using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Devices;

/// <summary>What training on a GPU gives, beside the same on the processor.</summary>
public sealed class GpuTrainingTests(ITestOutputHelper output)
{
    private const int Pictures = 4;

    private static readonly FineTuneSettings Settings = new() { Steps = 12, BatchSize = Pictures, LearningRate = 1e-3, EmaDecay = 0.9 };

    public static TheoryData<string> Families => ["ssd", "retinanet", "yolox"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Loss_and_gradients_are_those_of_the_processor(string family)
    {
        var gpu = TorchDevices.Select(Gpu.Device);
        var (model, weights) = Make(family);

        var (own, wanted) = (Gradients(model, weights, gpu), Gradients(model, weights, CPU));

        double length = Math.Sqrt(wanted.Values.Sum(Square)), distance = Math.Sqrt(wanted.Sum(w => Square(Difference(own[w.Key], w.Value))));
        var (worst, values) = wanted.MaxBy(w => Square(Difference(own[w.Key], w.Value)));
        output.WriteLine($"{family}: loss {own["loss"][0]} and {wanted["loss"][0]}; gradients {length:G4} long, {distance:G3} apart, most of all {worst}: " +
            $"{Math.Sqrt(Square(values)):G3} long, {Math.Sqrt(Square(Difference(own[worst], values))):G3} apart");
        Assert.InRange(own["loss"][0] / wanted["loss"][0], 1 - 1e-4, 1 + 1e-4);
        Assert.InRange(distance / length, 0, 1e-2);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Stopping_and_resuming_gives_the_same_bytes(string family)
    {
        var gpu = TorchDevices.Select(Gpu.Device);
        var (model, weights) = Make(family);
        byte[] Whole()
        {
            using var whole = new Trainer(model, weights, Settings, gpu);
            Train(whole, 0, 12);
            return Bytes(whole.ToWeights());
        }
        using var stored = new MemoryStream();
        using (var first = new Trainer(model, weights, Settings, gpu))
        {
            Train(first, 0, 5);
            first.ToSnapshot().Write(stored);
        }
        stored.Position = 0;
        using var second = new Trainer(model, weights, Settings, gpu);
        second.Restore(TrainingSnapshot.Read(stored, "snapshot"));
        Train(second, 5, 12);

        byte[] uninterrupted = Whole();
        Assert.Equal(uninterrupted, Whole());
        Assert.Equal(uninterrupted, Bytes(second.ToWeights()));
        Assert.NotEqual(Bytes(weights), uninterrupted);
    }

    [Theory]
    [InlineData("ssd", Precision.Tf32, 0.01)]
    [InlineData("ssd", Precision.BFloat16, 0.05)]
    [InlineData("retinanet", Precision.Tf32, 0.01)]
    [InlineData("retinanet", Precision.BFloat16, 0.05)]
    [InlineData("yolox", Precision.Tf32, 0.01)]
    [InlineData("yolox", Precision.BFloat16, 0.05)]
    public void Short_floats_are_used_where_asked_and_change_the_loss_a_little(string family, Precision precision, double band)
    {
        var gpu = TorchDevices.Select(Gpu.Device);
        var (model, weights) = Make(family);
        Assert.Equal(precision, TrainingPrecision.Resolve(precision, gpu));

        double[] full = Losses(Precision.Full), own = Losses(precision);

        output.WriteLine($"{family}, {precision}: {string.Join(' ', own.Zip(full, (a, b) => $"{a / b - 1:P3}"))}");
        Assert.NotEqual(full[0], own[0]);
        Assert.All(own.Zip(full), p => Assert.InRange(p.First / p.Second, 1 - band, 1 + band));

        double[] Losses(Precision with)
        {
            using var trainer = new Trainer(model, weights, Settings with { Precision = with }, gpu);
            return [.. Enumerable.Range(0, 4).Select(step =>
            {
                Train(trainer, step, step + 1);
                return trainer.Loss;
            })];
        }
    }

    private static (DetectorModel Model, WeightSet Weights) Make(string family)
    {
        string[] classes = ["circle", "square"];
        if (family == "ssd")
        {
            return (Some.SmallDetector(out var own), own);
        }
        var model = DetectorCatalog.Build(family == "yolox" ? YoloxFamily.Spec(classes, new YoloxOptions { Width = 0.125 }, 64)
            : RetinaNetFamily.Spec(classes, new RetinaNetOptions { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1, AnchorScale = 2 }, 64));
        return (model, RandomWeights.For(model, 1));
    }

    private static Dictionary<string, float[]> Gradients(DetectorModel model, WeightSet weights, Device device)
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(model.Network, weights, device, model.Input.Reach());
        using var batch = Some.Batch(1, Pictures, device: device);
        var loss = new DetectionLoss(model, Settings).Compute(network.Forward(batch.Images, training: true), batch.Objects);
        loss.backward();
        return network.Trainable.ToDictionary(t => t.Key, t => Values(t.Value.grad!)).Append(new("loss", Values(loss))).ToDictionary();

        static float[] Values(Tensor tensor) => tensor.detach().cpu().contiguous().data<float>().ToArray();
    }

    private static float[] Difference(float[] own, float[] wanted) => [.. own.Zip(wanted, (a, b) => a - b)];

    private static double Square(float[] values) => values.Sum(v => (double)v * v);

    private static void Train(Trainer trainer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            using var batch = Some.Batch(step, Pictures, device: TorchDevices.Select(Gpu.Device));
            trainer.TrainOn(batch);
        }
    }

    private static byte[] Bytes(WeightSet weights)
    {
        using var buffer = new MemoryStream();
        Safetensors.Write(buffer, weights);
        return buffer.ToArray();
    }
}
