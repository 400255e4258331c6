using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Backbones;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Devices;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Training steps of the MobileNet-V2 backbone or of a detector on random pictures: forward, mean of squares of each output, backward,
/// SGD with momentum. The same work as the PyTorch script that it is measured beside.
/// </summary>
internal static class TrainVerb
{
    private const string Backbone = "mobilenet-v2";

    public static Command Create()
    {
        var name = new Option<string>("--network") { DefaultValueFactory = _ => Backbone, Description = "mobilenet-v2, yolox-nano or retinanet-mobilenet" };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 300, Description = "Edge of the pictures in pixels, of the backbone" };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 8, Description = "Pictures a step" };
        var width = new Option<double>("--width") { DefaultValueFactory = _ => 1.0, Description = "Width multiplier of the backbone" };
        var precision = new Option<string>("--precision") { DefaultValueFactory = _ => "float32", Description = "float32, tf32, bfloat16 or auto" };
        var device = new Option<string>("--device") { DefaultValueFactory = _ => "cpu", Description = "cpu, cuda or cuda:N" };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 6, Description = "Timed steps, after two that are not" };
        var taught = new Option<bool>("--taught")
        {
            Description = "With the answers of a second network on the same pictures in the loss, as distillation has them",
        };
        var frozen = new Option<bool>("--frozen-norms") { Description = "Batch norms keep their statistics" };
        var any = new Option<bool>("--any-algorithm") { Description = "On a GPU with whatever algorithms are fastest, which may give other bits each time" };
        var command = new Command("train", "Speed of training in pictures a second")
        {
            name, size, batch, width, precision, steps, taught, frozen, device, any,
        };
        command.SetAction(p => Run(
            new Asked(p.GetValue(name)!, p.GetValue(batch), EnumNames.Parse<Precision>(p.GetValue(precision)!), p.GetValue(taught), p.GetValue(frozen),
                p.GetValue(any)),
            p.GetValue(size), p.GetValue(width), p.GetValue(steps), TorchDevices.Select(p.GetValue(device)!)));
        return command;
    }

    private sealed record Asked(string Network, int Batch, Precision Precision, bool Taught, bool FrozenNorms, bool AnyAlgorithm)
    {
        public override string ToString() =>
            $"{Network}{(Taught ? " taught" : "")}{(FrozenNorms ? " frozen" : "")}{(AnyAlgorithm ? " any" : "")} b={Batch} {EnumNames.Of(Precision)}";
    }

    private static int Run(Asked asked, int size, double width, int steps, Device device)
    {
        const int WarmUp = 2;
        bool onGpu = device.type == DeviceType.CUDA;
        TorchDevices.AllowTf32(asked.Precision == Precision.Tf32);
        if (asked.AnyAlgorithm)
        {
            DeterministicAlgorithms.Use(false);
        }
        var network = asked.Network == Backbone ? MobileNetV2.Build(size, width, PaddingStyle.Symmetric) : BenchmarkNetwork.Build(asked.Network).Network;
        size = network.Layers[0].Width;
        using var images = TorchNetwork.ChannelsLast(randn(asked.Batch, 3, size, size, device: device));
        using var torchNetwork = new TorchNetwork(network, Weights(network), device)
        {
            ConvolutionType = TrainingPrecision.TypeOf(asked.Precision),
            FreezesNorms = asked.FrozenNorms,
        };
        using var teacher = asked.Taught ? new TorchNetwork(network, Weights(network), device) : null;
        using var optimizer = Detection.Training.Optimizer.Create(torchNetwork, OptimizerKind.Sgd, weightDecay: 0, momentum: 0.9);
        var clock = new Stopwatch();
        var before = TimeSpan.Zero;
        for (int step = 0; step < WarmUp + steps; step++)
        {
            if (step == WarmUp)
            {
                WaitFor();
                clock.Start();
                before = Environment.CpuUsage.TotalTime;
            }
            using var scope = NewDisposeScope();
            var outputs = torchNetwork.Forward(images, training: true);
            var loss = outputs.Values.Select(o => o.square().mean()).Aggregate((sum, o) => sum + o);
            (teacher is null ? loss : loss + Distance(outputs, teacher, images)).backward();
            optimizer.Step(0.01, step);
        }
        WaitFor();
        double rate = asked.Batch * steps / clock.Elapsed.TotalSeconds, processor = (Environment.CpuUsage.TotalTime - before).TotalSeconds / steps;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"prunesearch train {asked} size={size} w={width} {rate:0.0} img/s {processor:0.000} s"));
        return 0;

        void WaitFor()
        {
            if (onGpu)
            {
                cuda.synchronize(device);
            }
        }
    }

    private static Tensor Distance(Dictionary<string, Tensor> outputs, TorchNetwork teacher, Tensor images)
    {
        Dictionary<string, Tensor> wanted;
        using (no_grad())
        {
            wanted = teacher.Forward(images);
        }
        return outputs.Select(o => nn.functional.mse_loss(o.Value, wanted[o.Key])).Aggregate((sum, o) => sum + o);
    }

    private static WeightSet Weights(Network network)
    {
        var random = new Random(1);
        var weights = new WeightSet();
        foreach (var tensor in network.Tensors)
        {
            double fan = tensor.Shape.Skip(1).Aggregate(1.0, (n, d) => n * d);
            bool zero = tensor.Name.EndsWith("bias", StringComparison.Ordinal) || tensor.Name.EndsWith("mean", StringComparison.Ordinal);
            float Value() => tensor.Shape.Count > 1 ? (float)((random.NextDouble() * 2 - 1) / Math.Sqrt(fan)) : zero ? 0 : 1;
            weights.Add(tensor.Name, new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length).Select(_ => Value())]));
        }
        return weights;
    }
}
