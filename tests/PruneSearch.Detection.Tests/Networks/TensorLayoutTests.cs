using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection;
using PruneSearch.Detection.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection.Networks;

/// <summary>Tensors that share one buffer look to torch like tensors of their own.</summary>
public sealed class TensorLayoutTests
{
    [Fact]
    public void Each_tensor_has_its_values_and_the_strides_and_alignment_of_memory_of_its_own()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var scope = NewDisposeScope();

        foreach (var (name, tensor) in network.Tensors)
        {
            var own = TorchNetwork.ChannelsLast(AlignedTensor.Of(weights[name].Values, [.. weights[name].Shape.Select(d => (long)d)]));
            Assert.Equal(own.shape, tensor.shape);
            Assert.Equal(own.stride(), tensor.stride());
            Assert.True(own.equal(tensor).all().item<bool>(), name);
            Assert.Equal(0, network.Layout.PlaceOf(name).Start % 16);
            Assert.True(tensor.is_leaf);
        }
        Assert.All(network.ToWeights(), t => Assert.Equal(weights[t.Key].Values, t.Value.Values));
    }

    [Fact]
    public void Kernels_that_train_come_first_then_other_trainable_tensors_then_the_rest()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        var layout = network.Layout;

        Assert.InRange(layout.Decaying, 1, layout.Trainable - 1);
        Assert.InRange(layout.Trainable, 1, layout.Length - 1);
        long end = 0;
        foreach (var tensor in model.Network.Tensors.OrderBy(t => layout.PlaceOf(t.Name).Start))
        {
            var (start, length) = layout.PlaceOf(tensor.Name);
            Assert.Equal(end, start);
            Assert.InRange(length, tensor.Length, tensor.Length + 15);
            Assert.Equal(tensor.Trainable && tensor.Shape.Count > 1, start < layout.Decaying);
            Assert.Equal(tensor.Trainable, start < layout.Trainable);
            end += length;
        }
        Assert.Equal(layout.Length, end);
    }

    [Fact]
    public void A_change_of_the_buffer_is_a_change_of_the_tensors()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var guard = no_grad();
        using Scalar two = 2;
        network.Buffer.mul_(two);

        Assert.All(network.ToWeights(), t => Assert.Equal(weights[t.Key].Values.Select(v => 2 * v), t.Value.Values));
    }

    [Fact]
    public void Autograd_does_not_take_a_change_of_one_tensor_for_one_of_another()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        using var scope = NewDisposeScope();
        using var batch = Some.Batch(1);
        var loss = network.Forward(batch.Images, training: true)["boxes"].Squared().sum();
        using (no_grad())
        {
            network.Tensors[((ConvLayer)model.Network[model.Network.Outputs.First(o => o.Name == "classes").Heads[0]]).Weight].zero_(); // "boxes" does without
        }
        loss.backward();

        Assert.NotNull(network.Trainable.First().Value.grad);
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_named()
    {
        var model = Some.SmallDetector(out var weights);
        using var network = new TorchNetwork(model.Network, weights);
        string name = model.Network.Tensors[0].Name;

        foreach (var wrong in (WeightSet[])[new() { [name] = new([1], [1]) }, new() { ["nothing"] = new([1], [1]) }])
        {
            Assert.Contains($"'{wrong.Keys.Single()}' [1]", Assert.Throws<FormatException>(() => network.Load(wrong)).Message, StringComparison.Ordinal);
        }
    }
}
