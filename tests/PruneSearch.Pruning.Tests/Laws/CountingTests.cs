using PruneSearch.Core.Networks;
using PruneSearch.Detection.Networks;
using PruneSearch.Pruning.Shrinking;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Pruning.Laws;

/// <summary>What a specification counts is what the pruned network has and does: its tensors and the feature maps of a real run.</summary>
public sealed class CountingTests
{
    private const int Prunings = 100;

    [Fact]
    public void Parameters_and_macs_are_those_of_a_walk_over_the_running_network()
    {
        string[] names = [.. DetectorVariants.Names.Select(n => n.Data)];
        for (int i = 0; i < Prunings; i++)
        {
            string name = names[i % names.Length];
            var dense = DetectorVariants.Create(name).Network;
            var plan = RandomPlans.Of(dense, i);
            // From the widths alone, as a reader of the saved specification would.
            var counted = DetectorVariants.Create(name, Shrinker.NewWidths(dense, plan)).Network;

            var (parameters, macs) = Walk(counted, Shrinker.Slice(dense, Some.Weights(dense), plan));

            Assert.True(
                (parameters, macs) == (counted.Parameters, counted.Macs),
                $"{name}, pruning {i}: {parameters} parameters, {macs} MACs, counted {counted.Parameters}, {counted.Macs}");
        }
    }

    private static (long Parameters, long Macs) Walk(Network network, PruneSearch.Core.Weights.WeightSet weights)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var runner = new TorchNetwork(network, weights);
        long macs = 0;
        runner.Forward(Some.Picture(1, network.Layers[0].Height, network.Layers[0].Width), observe: (layer, _, output) =>
        {
            if (layer is ConvLayer conv)
            {
                macs += output.numel() * runner.Tensors[conv.Weight].shape[1..].Aggregate(1L, (n, d) => n * d);
            }
        });
        return (weights.Where(w => !w.Key.Contains("running_", StringComparison.Ordinal)).Sum(w => (long)w.Value.Values.Length), macs);
    }
}
