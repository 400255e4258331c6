using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>
/// The gradients of a network in one buffer that has the layout of the network's. A tensor's first gradient is made by autograd and moved here; later
/// ones autograd adds here. Tensors that no gradient has reached have zeros, and are not <see cref="Reached"/>.
/// </summary>
internal sealed class GradientBuffer : IDisposable
{
    private readonly TorchNetwork _network;
    private readonly List<string> _names;
    private readonly Dictionary<string, Tensor> _gradients = new(StringComparer.Ordinal); // of tensors that were reached

    /// <summary>Zeros on the network's device.</summary>
    public GradientBuffer(TorchNetwork network)
    {
        _network = network;
        _names = [.. network.Trainable.Select(t => t.Key)];
        Numbers = zeros([network.Layout.Trainable], device: network.Device).DetachFromDisposeScope();
    }

    /// <summary>Names of tensors that have had a gradient since this was made.</summary>
    public IReadOnlyCollection<string> Reached => _gradients.Keys;

    /// <summary>Gradients of all trainable tensors, with the layout of the network's buffer.</summary>
    public Tensor Numbers { get; }

    /// <summary>Moves first gradients here.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Collect()
    {
        if (_gradients.Count == _names.Count)
        {
            return false;
        }
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        int before = _gradients.Count;
        foreach (string name in _names.Where(n => !_gradients.ContainsKey(n)))
        {
            var weight = _network.Tensors[name];
            if (weight.grad is { } first)
            {
                var own = _network.Layout.View(Numbers, name).copy_(first);
                weight.grad = own; // with the weight's strides, so that autograd adds to it and makes no other
                _gradients.Add(name, own.DetachFromDisposeScope());
            }
        }
        return _gradients.Count > before;
    }

    /// <summary>The joint L2 norm of all gradients, on the network's device.</summary>
    public Tensor Norm()
    {
        if (_network.Device.type != DeviceType.CPU)
        {
            return Numbers.norm();
        }
        // A sum of each tensor's own squares first is more exact in float32; launching one costs a processor little.
        using var scope = NewDisposeScope();
        return stack(_names.Where(_gradients.ContainsKey).Select(n => _gradients[n].norm()).ToList()).norm().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var gradient in _gradients.Values)
        {
            gradient.Dispose();
        }
        Numbers.Dispose();
    }
}
