using System.CommandLine;
using System.Diagnostics;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Losses;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>What assignment and loss, with their gradients, take of a training step.</summary>
internal static class LossVerb
{
    public static Command Create()
    {
        var name = new Argument<string>("NETWORK") { Description = "yolox-nano or retinanet-mobilenet" };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 8, Description = "Pictures a step" };
        var objects = new Option<int>("--objects") { DefaultValueFactory = _ => 10, Description = "Objects a picture" };
        var precision = new Option<string>("--precision") { DefaultValueFactory = _ => "float32", Description = "float32, bfloat16 or auto" };
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 10, Description = "Timed steps, after three that are not" };
        var command = new Command("loss", "Share of loss and assignment in a training step") { name, batch, objects, precision, steps };
        command.SetAction(p => Run(
            p.GetValue(name)!, p.GetValue(batch), p.GetValue(objects), EnumNames.Parse<Precision>(p.GetValue(precision)!), p.GetValue(steps)));
        return command;
    }

    private static int Run(string name, int batch, int objects, Precision precision, int steps)
    {
        const int WarmUp = 3;
        var model = BenchmarkNetwork.Build(name);
        using var images = TorchNetwork.ChannelsLast(randn(batch, 3, model.Spec.InputSize, model.Spec.InputSize));
        using var network = new TorchNetwork(model.Network, RandomWeights.For(model, 1)) { ConvolutionType = TrainingPrecision.TypeOf(precision) };
        using var optimizer = Detection.Training.Optimizer.Create(network, OptimizerKind.Sgd, weightDecay: 0, momentum: 0.9);
        var loss = new DetectionLoss(model);
        var random = new Random(1);
        Stopwatch all = new(), own = new();
        var shares = new List<double>();
        for (int step = 0; step < WarmUp + steps; step++)
        {
            var wanted = Enumerable.Range(0, batch).Select(i => Picture(random, i, objects, model.Spec.Classes.Count)).ToList();
            using var scope = NewDisposeScope();
            all.Restart();
            var outputs = network.Forward(images, training: true);
            own.Restart();
            var answers = outputs.ToDictionary(o => o.Key, o => o.Value.detach().requires_grad_());
            var value = loss.Compute(answers, wanted, step: 1);
            value.backward();
            own.Stop();
            // The gradients of the outputs go on into the network.
            autograd.backward([.. outputs.Values], [.. outputs.Keys.Select(o => answers[o].grad!)]);
            optimizer.ClipGradients(optimizer.Read(value).Norm, 1);
            optimizer.Step(1e-3, step);
            all.Stop();
            if (step >= WarmUp)
            {
                shares.Add(own.Elapsed / all.Elapsed);
                Console.WriteLine(Invariant($"step {all.Elapsed.TotalMilliseconds:0.0} ms, loss and assignment {own.Elapsed.TotalMilliseconds:0.0} ms"));
            }
        }
        shares.Sort();
        Console.WriteLine(Invariant(
            $"{name}, {batch} pictures with {objects} objects each: loss and assignment are {100 * shares[shares.Count / 2]:0.0} % of a step (median)"));
        return 0;
    }

    // Boxes of all sizes, at random places.
    private static BatchImage Picture(Random random, int index, int objects, int classes) => new()
    {
        SampleIndex = index,
        ImageId = index,
        Width = 640,
        Height = 480,
        Boxes = [.. Enumerable.Range(0, objects).Select(_ => Box(random))],
        Classes = [.. Enumerable.Range(0, objects).Select(_ => random.Next(classes))],
    };

    private static BoxCorners Box(Random random)
    {
        float Size() => 0.03f * MathF.Pow(20, random.NextSingle()); // 3 to 60 % of the picture
        float height = Size(), width = Size(), top = random.NextSingle() * (1 - height), left = random.NextSingle() * (1 - width);
        return new BoxCorners(top, left, top + height, left + width);
    }
}
