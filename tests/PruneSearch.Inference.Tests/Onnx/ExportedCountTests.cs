using PruneSearch.Core.Detectors;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>What a specification counts is what the exported file holds and does.</summary>
public sealed class ExportedCountTests
{
    private const int Prunings = 100;

    [Fact]
    public void Parameters_and_macs_of_pruned_models_are_those_of_a_walk_over_the_exported_nodes()
    {
        var dense = Some.SmallDetector();
        var weights = Some.Weights(dense.Network, seed: 4);
        for (int seed = 0; seed < Prunings; seed++)
        {
            var random = new Random(seed);
            var (pruned, shrunk) = Shrink.To(dense, weights, dense.Network.Groups.ToDictionary(g => g.Name, g => random.Next(1, g.Width + 1)));
            // Export folds batch norms into biases: the file holds what the folded form of the same widths has.
            var folded = DetectorCatalog.Build(pruned.Spec with { BatchNorm = false }).Network;

            var (parameters, macs) = Walk(ModelProto.Parser.ParseFrom(OnnxExport.ToBytes(pruned, shrunk)).Graph);

            Assert.True(
                (parameters, macs) == (folded.Parameters, pruned.Network.Macs),
                $"pruning {seed}: {parameters} parameters, {macs} MACs, counted {folded.Parameters}, {pruned.Network.Macs}");
        }
    }

    // Sizes follow from the picture and each convolution's strides and pads; what lies between two convolutions keeps them.
    private static (long Parameters, long Macs) Walk(GraphProto graph)
    {
        var shapes = graph.Initializer.ToDictionary(t => t.Name, t => t.Dims.ToArray());
        var picture = graph.Input[0].Type.TensorType.Shape.Dim;
        var sizes = new Dictionary<string, (long Height, long Width)> { [graph.Input[0].Name] = (picture[2].DimValue, picture[3].DimValue) };
        long parameters = 0, macs = 0;
        foreach (var node in graph.Node)
        {
            if (node.OpType == "Conv")
            {
                long[] Numbers(string name) => [.. node.Attribute.Single(a => a.Name == name).Ints];
                long[] pads = Numbers("pads"), strides = Numbers("strides"), weight = shapes[node.Input[1]];
                var (height, width) = sizes[node.Input[0]];
                height = (height + pads[0] + pads[2] - weight[2]) / strides[0] + 1;
                width = (width + pads[1] + pads[3] - weight[3]) / strides[1] + 1;
                sizes[node.Output[0]] = (height, width);
                macs += Product(weight) * height * width;
                parameters += node.Input.Skip(1).Sum(name => Product(shapes[name]));
            }
            else if (node.OpType is "Clip" or "Add")
            {
                sizes[node.Output[0]] = sizes[node.Input[0]];
            }
        }
        return (parameters, macs);
    }

    private static long Product(long[] dimensions) => dimensions.Aggregate(1L, (n, d) => n * d);
}
