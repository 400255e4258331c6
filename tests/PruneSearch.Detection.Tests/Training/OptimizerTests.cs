using PruneSearch.Core.Networks;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection.Training;
using PruneSearch.Detection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Training;

/// <summary>Our optimizers, whose state has names, against those of TorchSharp.</summary>
public sealed class OptimizerTests
{
    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void Updates_are_those_of_the_reference(OptimizerKind kind)
    {
        var builder = new NetworkBuilder();
        string image = builder.Input("image", 2, 4, 4);
        builder.Conv("conv", image, ChannelLayout.Fixed(3), 1, bias: false);
        var network = builder.Build();
        float[] start = [0.5f, -0.25f, 1f, 2f, -1f, 0.75f];
        using var ours = new TorchNetwork(network, new WeightSet { ["conv.weight"] = new([3, 2, 1, 1], start) });
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(ours, kind, weightDecay: 0.1, momentum: 0.8);
        using var reference = new Parameter(tensor(start, [3, 2, 1, 1]));
        using torch.optim.Optimizer theirs = kind == OptimizerKind.AdamW
            ? optim.AdamW([reference], lr: 0.05, weight_decay: 0.1)
            : optim.SGD([reference], learningRate: 0.05, momentum: 0.8, weight_decay: 0.1);
        for (int step = 0; step < 5; step++)
        {
            foreach (var weight in (Tensor[])[ours.Tensors["conv.weight"], reference])
            {
                weight.grad?.zero_();
                (weight * weight).Times(step + 1).sum().Plus(weight.sum()).backward();
            }
            optimizer.Step(0.05, step);
            theirs.step();
        }

        Assert.True(allclose(ours.Tensors["conv.weight"], reference, rtol: 1e-5, atol: 1e-6));
    }

    [Fact]
    public void Clipping_bounds_the_joint_norm()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var optimizer = PruneSearch.Detection.Training.Optimizer.Create(network, OptimizerKind.Sgd, 0, 0);
        using var batch = Some.Batch(1);
        using var outputs = NewDisposeScope();
        var loss = network.Forward(batch.Images)["boxes"].Squared().sum().Times(1000);
        loss.backward();

        var (value, before) = optimizer.Read(loss);
        optimizer.ClipGradients(before, 0);
        Assert.Equal((loss.item<float>(), before), optimizer.Read(loss));
        optimizer.ClipGradients(before, 1.5);

        Assert.Equal(loss.item<float>(), value);
        Assert.True(before > 1.5);
        Assert.Equal(1.5, optimizer.Read(loss).Norm, 1e-3);
    }

    [Fact]
    public void The_rate_warms_up_peaks_and_falls_to_nearly_zero()
    {
        var schedule = new LearningRateSchedule(0.1, 0.2, 10);

        Assert.Equal(0.1 / 3, schedule.At(0), 1e-12);
        Assert.Equal(0.1, schedule.At(2), 1e-12);
        Assert.Equal(0.05, schedule.At(6), 1e-12);
        Assert.InRange(schedule.At(9), 0, 0.005);
    }

    [Theory]
    [InlineData(0.1, 15, 2)] // 1.5 steps are two
    [InlineData(0.1, 1, 1)]
    [InlineData(0.25, 8, 2)]
    [InlineData(0, 8, 0)]
    public void The_warm_up_takes_its_share_of_the_steps_rounded_up_and_rises_by_equal_parts(double share, int steps, int warm)
    {
        var schedule = new LearningRateSchedule(0.1, share, steps);

        Assert.All(Enumerable.Range(0, warm), s => Assert.Equal(0.1 * (s + 1) / (warm + 1), schedule.At(s), 1e-12));
        if (warm < steps)
        {
            Assert.Equal(0.1, schedule.At(warm), 1e-12);
            Assert.All(Enumerable.Range(warm + 1, steps - warm - 1), s => Assert.InRange(schedule.At(s), 0, schedule.At(s - 1)));
        }
    }
}
