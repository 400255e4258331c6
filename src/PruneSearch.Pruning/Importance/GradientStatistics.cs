using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>Gradient of the loss by every trainable tensor, one a batch.</summary>
/// <param name="Batches">Tensor name to gradient, for each batch.</param>
internal sealed record GradientStatistics(IReadOnlyList<WeightSet> Batches)
{
    public static GradientStatistics Collect(Network network, WeightSet weights, IReadOnlyList<Tensor> calibration, Func<IReadOnlyDictionary<string, Tensor>, int, Tensor>? loss)
    {
        using var runner = new TorchNetwork(network, weights);
        var batches = new List<WeightSet>();
        for (int i = 0; i < calibration.Count; i++)
        {
            using var scope = NewDisposeScope();
            var outputs = runner.Forward(calibration[i]);
            var error = loss?.Invoke(outputs, i) ?? outputs.Values.Select(o => o.square().mean()).Aggregate((a, b) => a + b);
            var trainable = runner.Trainable.ToList();
            var gradients = autograd.grad([error], [.. trainable.Select(t => t.Value)]);
            var batch = new WeightSet();
            foreach (var (tensor, gradient) in trainable.Zip(gradients))
            {
                batch.Add(tensor.Key, TorchNetwork.Read(gradient, weights[tensor.Key].Shape));
            }
            batches.Add(batch);
        }
        return new GradientStatistics(batches);
    }
}
