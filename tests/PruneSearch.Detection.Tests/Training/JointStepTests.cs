using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>A step over all tensors at once, beside the same formula for one tensor at a time.</summary>
public sealed class JointStepTests
{
    private const double Rate = 0.05, Decay = 0.1, Momentum = 0.8;

    // Kernels of sizes that no vector register divides, one that takes more than one part, and a branch that has an output of its own.
    private static readonly Network Branches = Build();

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Every_tensor_is_changed_as_if_it_were_alone(OptimizerKind kind)
    {
        using var network = new TorchNetwork(Branches, Values());
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(network, kind, Decay, Momentum);
        var alone = network.Trainable.ToDictionary(t => t.Key, t => new Alone(kind, t.Value));
        for (int step = 0; step < 3; step++)
        {
            using var scope = NewDisposeScope();
            Backward(network, step, "left", "right");
            foreach (var (name, tensor) in network.Trainable)
            {
                alone[name].Step(tensor.grad!, step);
            }
            optimizer.Step(Rate, step);
        }

        Assert.All(network.Trainable, t => Assert.Equal(Bits(alone[t.Key].Weight), Bits(t.Value)));
        Assert.All(network.Trainable, t => Assert.Equal(0, t.Value.grad!.abs().max().item<float>()));
        Assert.All(Gaps(network), number => Assert.Equal(0, number));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void A_tensor_stays_as_it_is_until_its_first_gradient(OptimizerKind kind)
    {
        var start = Values();
        using var network = new TorchNetwork(Branches, start);
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(network, kind, Decay, Momentum);
        Backward(network, 0, "left");
        optimizer.Step(Rate, 0);

        foreach (var (name, tensor) in network.ToWeights().Where(t => !t.Key.Contains("running", StringComparison.Ordinal)))
        {
            bool right = name.StartsWith("right.", StringComparison.Ordinal);
            Assert.Equal(right, tensor.Values.SequenceEqual(start[name].Values));
            Assert.Equal(!right, optimizer.ToState().Keys.Any(k => k.StartsWith(name + "/", StringComparison.Ordinal)));
        }

        Backward(network, 1, "right"); // the others had gradients before: theirs are zeros now, and they decay
        var alone = new Alone(kind, network.Tensors["right.head.weight"]);
        alone.Step(network.Tensors["right.head.weight"].grad!, 1);
        var before = network.ToWeights();
        optimizer.Step(Rate, 1);
        Assert.Equal(Bits(alone.Weight), Bits(network.Tensors["right.head.weight"]));
        Assert.NotEqual(before["left.head.weight"].Values, network.ToWeights()["left.head.weight"].Values);
    }

    [Fact]
    public void A_part_of_a_state_is_enough_and_comes_out_again()
    {
        using var network = new TorchNetwork(Branches, Values());
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(network, OptimizerKind.AdamW, Decay, Momentum);
        Assert.Empty(optimizer.ToState());
        var part = new WeightSet { ["left.head.weight/exp_avg"] = new([3, 10, 3, 3], [.. Enumerable.Range(0, 270).Select(i => i / 7f)]) };
        optimizer.LoadState(part);

        var (name, values) = Assert.Single(optimizer.ToState());
        Assert.Equal("left.head.weight/exp_avg", name);
        Assert.Equal(part[name].Shape, values.Shape);
        Assert.Equal(part[name].Values, values.Values);
        foreach (string wrong in (string[])["left.head.weight/momentum", "other.weight/exp_avg", "first.bn.running_mean/exp_avg", "exp_avg"])
        {
            string message = Assert.Throws<FormatException>(() => optimizer.LoadState(new() { [wrong] = new([1], [1]) })).Message;
            Assert.Contains($"'{wrong}'", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_norm_is_that_of_all_gradients_and_clipping_scales_each_of_them()
    {
        using var network = new TorchNetwork(Branches, Values());
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(network, OptimizerKind.Sgd, Decay, Momentum);
        using var scope = NewDisposeScope();
        Backward(network, 0, "left", "right");
        var before = network.Trainable.ToDictionary(t => t.Key, t => t.Value.grad!.clone());

        var (_, norm) = optimizer.Read(zeros([]));
        optimizer.ClipGradients(norm, norm / 2);

        Assert.Equal(Math.Sqrt(before.Values.Sum(g => g.to(float64).Squared().sum().item<double>())), norm, norm * 1e-6);
        Assert.All(network.Trainable, t => Assert.True(before[t.Key].Times(0.5).allclose(t.Value.grad!, rtol: 1e-6)));
    }

    [Fact]
    public void The_average_is_that_of_each_tensor()
    {
        using var network = new TorchNetwork(Branches, Values());
        using var average = new WeightAverage(network, 0.9);
        var start = network.ToWeights();
        var changed = Values(seed: 2);
        network.Load(changed);
        average.Update(0); // (1 + 0) / (10 + 0) of what was

        Assert.All(average.ToWeights(), t => Assert.All(
            t.Value.Values.Zip(start[t.Key].Values, changed[t.Key].Values), v => Assert.Equal(0.1 * v.Second + 0.9 * v.Third, v.First, 1e-6)));
        var saved = average.ToWeights();
        using var other = new WeightAverage(network, 0.9);
        other.Load(saved);
        Assert.All(other.ToWeights(), t => Assert.Equal(saved[t.Key].Values, t.Value.Values));
        Assert.All(network.ToWeights(), t => Assert.Equal(changed[t.Key].Values, t.Value.Values));
    }

    private static void Backward(TorchNetwork network, int step, params string[] outputs)
    {
        using var scope = NewDisposeScope();
        var image = randn([2, 3, 8, 8], generator: new Generator((ulong)step));
        var answers = network.Forward(image, training: true);
        outputs.Select(o => answers[o].Squared().mean()).Aggregate((a, b) => a.Plus(b)).backward();
    }

    private static float[] Bits(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    // What lies in the buffer and is no tensor's.
    private static float[] Gaps(TorchNetwork network)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var rest = network.Buffer.clone();
        foreach (string name in network.Tensors.Keys)
        {
            network.Layout.View(rest, name).zero_();
        }
        return rest.data<float>().ToArray();
    }

    private static WeightSet Values(int seed = 1)
    {
        var random = new Random(seed);
        var values = new WeightSet();
        foreach (var tensor in Branches.Tensors)
        {
            values.Add(tensor.Name, new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length).Select(_ => random.NextSingle() / 4 + 0.01f)]));
        }
        return values;
    }

    private static Network Build()
    {
        var b = new NetworkBuilder();
        string image = b.Input("image", 3, 8, 8);
        string first = b.BatchNorm("first.bn", b.Conv("first", image, ChannelLayout.Fixed(10), 3));
        string wide = b.Conv("right.wide", b.Conv("right.deep", first, ChannelLayout.Fixed(151), 3, bias: false), ChannelLayout.Fixed(221), 3);
        b.Output("left", [b.Conv("left.head", first, ChannelLayout.Fixed(3), 3)], 1);
        b.Output("right", [b.Conv("right.head", wide, ChannelLayout.Fixed(1), 1)], 1);
        return b.Build();
    }

    // The formulas of Loshchilov and Hutter 2019, and of momentum with L2 decay, for one tensor in memory of its own.
    private sealed class Alone(OptimizerKind kind, Tensor start)
    {
        private readonly Tensor _first = zeros_like(start).detach().DetachFromDisposeScope(), _second = zeros_like(start).detach().DetachFromDisposeScope();

        public Tensor Weight { get; } = start.detach().clone().DetachFromDisposeScope();

        public void Step(Tensor shared, int step)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var gradient = shared.clone();
            bool decays = Weight.dim() > 1;
            if (kind == OptimizerKind.Sgd)
            {
                using Scalar decay = Decay, momentum = Momentum, one = 1, rate = -Rate;
                if (decays)
                {
                    gradient.add_(Weight, alpha: decay);
                }
                Weight.add_(_first.mul_(momentum).add_(gradient, alpha: one), alpha: rate);
                return;
            }
            using Scalar decay1 = 0.9, gain1 = 1 - 0.9, decay2 = 0.999, gain2 = 1 - 0.999, tiny = 1e-8, unit = 1, shrink = 1 - Rate * Decay;
            using Scalar correction = Math.Sqrt(1 - Math.Pow(0.999, step + 1)), pace = -Rate / (1 - Math.Pow(0.9, step + 1));
            _first.mul_(decay1).add_(gradient, alpha: gain1);
            _second.mul_(decay2).addcmul_(gradient, gradient, gain2);
            if (decays)
            {
                Weight.mul_(shrink);
            }
            Weight.addcdiv_(_first, _second.sqrt().div_(correction).add_(tiny, unit), pace);
        }
    }
}
