using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

public sealed class FiniteValuesTests
{
    [Theory]
    [InlineData(float.NaN, "is NaN at [1, 0, 2] (1 of 12 values are not finite)")]
    [InlineData(float.PositiveInfinity, "is infinite at [1, 0, 2]")]
    [InlineData(float.NegativeInfinity, "is minus infinite at [1, 0, 2]")]
    public void The_first_value_that_is_no_number_is_named_with_its_place(float value, string expected)
    {
        float[] values = new float[12];
        Assert.Null(FiniteValues.Problem([2, 2, 3], values));
        values[8] = value;
        Assert.StartsWith(expected, FiniteValues.Problem([2, 2, 3], values), StringComparison.Ordinal);
        values[9] = float.NaN;
        Assert.EndsWith("(2 of 12 values are not finite)", FiniteValues.Problem([2, 2, 3], values), StringComparison.Ordinal);
    }

    [Fact]
    public void Scalars_empty_tensors_and_the_largest_numbers_are_told_apart()
    {
        Assert.Equal("is NaN at [] (1 of 1 values are not finite)", FiniteValues.Problem([], [float.NaN]));
        Assert.Null(FiniteValues.Problem([0, 3], []));
        Assert.Null(FiniteValues.Problem([4], [float.MaxValue, float.MinValue, float.Epsilon, 0]));
    }

    [Fact]
    public void Weights_of_a_network_are_finite_and_variances_not_below_zero()
    {
        var builder = new NetworkBuilder();
        string x = builder.BatchNorm("norm", builder.Conv("conv", builder.Input("image", 3, 8, 8), ChannelLayout.Fixed(4), kernel: 1), 1e-3);
        builder.Output("out", [builder.Conv("head", x, ChannelLayout.Fixed(4), kernel: 1)], 4);
        var network = builder.Build();
        WeightSet Weights()
        {
            var weights = new WeightSet();
            foreach (var tensor in network.Tensors)
            {
                weights.Add(tensor.Name, new WeightTensor(tensor.Shape, new float[tensor.Length]));
            }
            return weights;
        }
        Weights().RequireFit(network, "file");
        Weights().RequireFinite("result");

        var broken = Weights();
        broken["conv.weight"].Values[5] = float.NaN;
        Assert.Equal(
            "file: tensor 'conv.weight' is NaN at [1, 2, 0, 0] (1 of 12 values are not finite), expected finite numbers.",
            Assert.Throws<FormatException>(() => broken.RequireFit(network, "file")).Message);
        Assert.Equal(
            "result: tensor 'conv.weight' is NaN at [1, 2, 0, 0] (1 of 12 values are not finite)",
            Assert.Throws<NotFiniteNumberException>(() => broken.RequireFinite("result")).Message);

        var negative = Weights();
        negative["norm.running_var"].Values[2] = -0.5f;
        Assert.Equal(
            "file: tensor 'norm.running_var' has the variance -0.5, expected at least 0.",
            Assert.Throws<FormatException>(() => negative.RequireFit(network, "file")).Message);
    }

    [Fact]
    public void Weights_that_lack_or_have_a_tensor_more_are_those_of_another_network()
    {
        var builder = new NetworkBuilder();
        builder.Conv("conv", builder.Input("image", 3, 8, 8), ChannelLayout.Fixed(2), kernel: 1);
        var network = builder.Build();
        WeightTensor weight = new([2, 3, 1, 1], new float[6]), bias = new([2], new float[2]);
        string Refused(WeightSet weights) => Assert.Throws<FormatException>(() => weights.RequireFit(network, "file")).Message;

        new WeightSet { ["conv.weight"] = weight, ["conv.bias"] = bias }.RequireFit(network, "file");
        Assert.Equal(
            "file: tensor 'conv.bias' [2] is missing; these weights do not belong to this detector.",
            Refused(new WeightSet { ["conv.weight"] = weight }));
        Assert.Equal(
            "file: tensor 'extra' is not part of this detector.",
            Refused(new WeightSet { ["conv.weight"] = weight, ["conv.bias"] = bias, ["extra"] = bias }));
        Assert.Contains("'conv.bias' has shape [1], expected [2]", Refused(new WeightSet { ["conv.weight"] = weight, ["conv.bias"] = new([1], [0]) }));
    }
}
