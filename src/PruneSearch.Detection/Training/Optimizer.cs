using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Updates the trainable tensors of a network, all together: they, their gradients and the optimizer's state lie in buffers of one layout. A tensor that
/// no gradient has reached stays as it is and has no state. The state is given as tensors named after the weights they belong to
/// (<c>Conv.weight/momentum</c>), so that a snapshot stores it and a pruner slices it like the weights themselves.
/// Numbers go to TorchSharp as <see cref="Scalar"/> objects that are held for the whole call: one made by an implicit
/// conversion, also that of a default argument, may be finalised while the native code still reads it.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly TorchNetwork _network;
    private readonly GradientBuffer _gradients;
    private readonly Dictionary<string, Tensor> _moments = new(StringComparer.Ordinal); // by kind
    private readonly HashSet<(string Weight, string Kind)> _known = []; // moments that were loaded or updated
    private readonly List<OptimizerPart> _parts = [];

    private protected Optimizer(TorchNetwork network, params ReadOnlySpan<string> moments)
    {
        _network = network;
        _gradients = new GradientBuffer(network);
        foreach (string kind in moments)
        {
            _moments.Add(kind, zeros([network.Layout.Trainable], device: network.Device).DetachFromDisposeScope());
        }
    }

    /// <summary>Makes one of the optimizers that settings can name.</summary>
    public static Optimizer Create(TorchNetwork network, OptimizerKind kind, double weightDecay, double momentum) =>
        kind == OptimizerKind.Sgd ? new Sgd(network, weightDecay, momentum) : new AdamW(network, weightDecay);

    /// <summary>Applies the gradients and clears them.</summary>
    /// <param name="step">Number of this step, from 0.</param>
    public void Step(double learningRate, int step)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Collect();
        foreach (var part in _parts)
        {
            using var inner = NewDisposeScope();
            Update(part, learningRate, step);
        }
        _gradients.Numbers.zero_();
    }

    /// <summary>A loss, and the joint L2 norm of its gradients, read together: whoever reads from a GPU waits for all that it was given to do.</summary>
    /// <param name="loss">The loss, whose gradients are there.</param>
    public (double Loss, double Norm) Read(Tensor loss)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        Collect();
        float[] values = stack([loss.detach(), _gradients.Norm()]).cpu().data<float>().ToArray();
        return (values[0], values[1]);
    }

    /// <summary>Scales all gradients down so that their joint L2 norm is at most <paramref name="maximum"/>; 0 for no limit.</summary>
    /// <param name="norm">Their norm, see <see cref="Read"/>.</param>
    /// <param name="maximum">The limit.</param>
    public void ClipGradients(double norm, double maximum)
    {
        if (maximum > 0 && norm > maximum)
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            Collect();
            using Scalar factor = maximum / norm;
            _gradients.Numbers.mul_(factor);
        }
    }

    /// <summary>Copies the state out.</summary>
    public WeightSet ToState()
    {
        var state = new WeightSet();
        foreach (var (kind, numbers) in _moments)
        {
            foreach (var (weight, values) in _network.Layout.Unpack(numbers, _known.Where(k => k.Kind == kind).Select(k => k.Weight)))
            {
                state.Add($"{weight}/{kind}", values);
            }
        }
        return state;
    }

    /// <summary>Goes on from a state that was saved, tensor by tensor by name.</summary>
    /// <exception cref="FormatException">A tensor is not of this optimizer's state of the network.</exception>
    public void LoadState(WeightSet state)
    {
        var trainable = _network.Trainable.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, values) in state)
        {
            int slash = name.LastIndexOf('/');
            var (weight, kind) = slash < 0 ? ("", name) : (name[..slash], name[(slash + 1)..]);
            if (!trainable.Contains(weight) || !_moments.TryGetValue(kind, out var numbers))
            {
                throw new FormatException($"Optimizer state '{name}' does not fit this network, expected a trainable tensor's name and " +
                    $"{string.Join(" or ", _moments.Keys.Select(k => "/" + k))}.");
            }
            _network.Layout.Write(numbers, weight, values);
            _known.Add((weight, kind));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ClearParts();
        foreach (var numbers in _moments.Values)
        {
            numbers.Dispose();
        }
        _gradients.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes weights in place.</summary>
    private protected abstract void Update(OptimizerPart part, double learningRate, int step);

    private void Collect()
    {
        if (!_gradients.Collect())
        {
            return;
        }
        _known.UnionWith(_gradients.Reached.SelectMany(weight => _moments.Keys.Select(kind => (weight, kind))));
        ClearParts();
        _parts.AddRange(OptimizerPart.Of(_network, _gradients, [.. _moments.Values]));
    }

    private void ClearParts()
    {
        _parts.ForEach(p => p.Dispose());
        _parts.Clear();
    }
}

/// <summary>AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay, β = (0.9, 0.999), ε = 1e-8.</summary>
public sealed class AdamW(TorchNetwork network, double weightDecay) : Optimizer(network, "exp_avg", "exp_avg_sq")
{
    private const double Beta1 = 0.9, Beta2 = 0.999;

    private static readonly Scalar Decay1 = Beta1, Gain1 = 1 - Beta1, Decay2 = Beta2, Gain2 = 1 - Beta2, Epsilon = 1e-8, One = 1;

    private protected override void Update(OptimizerPart part, double learningRate, int step)
    {
        using Scalar shrink = 1 - learningRate * weightDecay;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        using Scalar rate = -learningRate / (1 - Math.Pow(Beta1, step + 1));
        var first = part.Moments[0].mul_(Decay1).add_(part.Gradients, alpha: Gain1);
        var second = part.Moments[1].mul_(Decay2).addcmul_(part.Gradients, part.Gradients, Gain2);
        part.Decaying?.mul_(shrink);
        part.Weights.addcdiv_(first, second.sqrt().div_(correction).add_(Epsilon, One), rate);
    }
}

/// <summary>Stochastic gradient descent with momentum and L2 regularisation.</summary>
public sealed class Sgd(TorchNetwork network, double weightDecay, double momentum) : Optimizer(network, "momentum")
{
    private readonly Scalar _momentum = momentum, _weightDecay = weightDecay, _one = 1;

    private protected override void Update(OptimizerPart part, double learningRate, int step)
    {
        using Scalar rate = -learningRate;
        part.DecayingGradients?.add_(part.Decaying!, alpha: _weightDecay);
        part.Weights.add_(part.Moments[0].mul_(_momentum).add_(part.Gradients, alpha: _one), alpha: rate);
    }
}
