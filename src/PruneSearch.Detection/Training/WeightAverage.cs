using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>Exponential moving average of all tensors of a network, batch-norm statistics included (Polyak averaging).</summary>
public sealed class WeightAverage : IDisposable
{
    private readonly TorchNetwork _network;
    private readonly double _decay;
    private readonly Dictionary<string, Tensor> _average;

    /// <summary>Starts at the network's present weights.</summary>
    /// <param name="network">The network that trains.</param>
    /// <param name="decay">Above 0 and below 1. Early steps use (1 + step) / (10 + step) where that is smaller.</param>
    public WeightAverage(TorchNetwork network, double decay)
    {
        _network = network;
        _decay = decay;
        using var guard = no_grad();
        _average = network.Tensors.ToDictionary(t => t.Key, t => t.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Takes the weights after a step in.</summary>
    public void Update(int step)
    {
        using var guard = no_grad();
        double share = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        using Scalar decay = share, gain = 1 - share;
        foreach (var (name, value) in _network.Tensors)
        {
            using var scope = NewDisposeScope();
            _average[name].mul_(decay).add_(value.detach(), alpha: gain);
        }
    }

    /// <summary>Copies the averages out.</summary>
    public WeightSet ToWeights() => _network.ToWeights(_average);

    /// <summary>Goes on from averages that were saved.</summary>
    /// <exception cref="FormatException">They are those of another network.</exception>
    public void Load(WeightSet weights) => _network.Load(weights, _average);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _average.Values)
        {
            tensor.Dispose();
        }
    }
}
