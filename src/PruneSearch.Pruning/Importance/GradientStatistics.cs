using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using PruneSearch.Detection;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Importance;

/// <summary>
/// How much the loss answers to each channel: Σ weight · gradient over what a tensor holds of it, gathered picture by picture
/// in constant memory.
/// </summary>
/// <param name="Magnitudes">Trainable tensor to the mean over pictures of |Σ weight · gradient|, one a channel of its dimension 0.</param>
/// <param name="Squares">Trainable tensor to the mean over pictures of (Σ weight · gradient)², one a channel of its dimension 0.</param>
internal sealed record GradientStatistics(IReadOnlyDictionary<string, double[]> Magnitudes, IReadOnlyDictionary<string, double[]> Squares)
{
    public static GradientStatistics Collect(Network network, WeightSet weights, CalibrationSet calibration)
    {
        using var runner = new TorchNetwork(network, weights);
        var trainable = runner.Trainable.ToList();
        double[][] magnitudes = [.. trainable.Select(t => new double[t.Value.shape[0]])], squares = [.. trainable.Select(t => new double[t.Value.shape[0]])];
        int pictures = 0;
        foreach (var batch in calibration.RequirePictures())
        {
            for (long i = 0; i < batch.shape[0]; i++, pictures++)
            {
                using var scope = NewDisposeScope();
                var outputs = runner.Forward(batch.narrow(0, i, 1));
                var error = calibration.Loss?.Invoke(outputs, pictures) ?? outputs.Values.Select(o => o.Squared().mean()).Aggregate((a, b) => a.Plus(b));
                var gradients = autograd.grad([error], [.. trainable.Select(t => t.Value)]);
                using var guard = no_grad();
                for (int t = 0; t < trainable.Count; t++)
                {
                    var sums = (trainable[t].Value.detach().to(ScalarType.Float64) * gradients[t]).reshape(gradients[t].shape[0], -1)
                        .sum(1).cpu().data<double>();
                    for (int c = 0; c < magnitudes[t].Length; c++)
                    {
                        magnitudes[t][c] += Math.Abs(sums[c]);
                        squares[t][c] += sums[c] * sums[c];
                    }
                }
            }
        }
        Dictionary<string, double[]> Means(double[][] sums) =>
            trainable.Zip(sums).ToDictionary(p => p.First.Key, p => p.Second.Select(s => s / pictures).ToArray(), StringComparer.Ordinal);
        return new GradientStatistics(Means(magnitudes), Means(squares));
    }
}
