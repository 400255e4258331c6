using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>Exponential moving average of all tensors of a network, batch-norm statistics included (Polyak averaging).</summary>
public sealed class WeightAverage : IDisposable
{
    private readonly TorchNetwork _network;
    private readonly double _decay;
    private readonly Tensor _average; // with the layout of the network's buffer

    /// <summary>Starts at the network's present weights.</summary>
    /// <param name="network">The network that trains.</param>
    /// <param name="decay">Above 0 and below 1. Early steps use (1 + step) / (10 + step) where that is smaller.</param>
    public WeightAverage(TorchNetwork network, double decay)
    {
        _network = network;
        _decay = decay;
        _average = network.Buffer.clone().DetachFromDisposeScope();
    }

    /// <summary>Takes the weights after a step in.</summary>
    public void Update(int step)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        double share = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        using Scalar decay = share, gain = 1 - share;
        _average.mul_(decay).add_(_network.Buffer, alpha: gain);
    }

    /// <summary>Copies the averages out.</summary>
    public WeightSet ToWeights() => _network.ToWeights(_average);

    /// <summary>Goes on from averages that were saved.</summary>
    /// <exception cref="FormatException">They are those of another network.</exception>
    public void Load(WeightSet weights) => _network.Load(weights, _average);

    /// <inheritdoc/>
    public void Dispose() => _average.Dispose();
}
