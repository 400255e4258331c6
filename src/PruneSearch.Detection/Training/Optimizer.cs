using PruneSearch.Core.Stages;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Updates the trainable tensors of a network. Its state is tensors named after the weights they belong to
/// (<c>Conv.weight/momentum</c>), so that a snapshot stores it and a pruner slices it like the weights themselves.
/// Numbers go to TorchSharp as <see cref="Scalar"/> objects that are held for the whole call: one made by an implicit
/// conversion, also that of a default argument, may be finalised while the native code still reads it.
/// </summary>
public abstract class Optimizer(TorchNetwork network) : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _state = new(StringComparer.Ordinal);

    /// <summary>Makes one of the optimizers that settings can name.</summary>
    public static Optimizer Create(TorchNetwork network, OptimizerKind kind, double weightDecay, double momentum) =>
        kind == OptimizerKind.Sgd ? new Sgd(network, weightDecay, momentum) : new AdamW(network, weightDecay);

    /// <summary>Applies the gradients and clears them.</summary>
    /// <param name="step">Number of this step, from 0.</param>
    public void Step(double learningRate, int step)
    {
        using var guard = no_grad();
        foreach (var (name, weight) in network.Trainable)
        {
            using var scope = NewDisposeScope();
            if (weight.grad is { } gradient)
            {
                Update(name, weight, gradient, learningRate, step);
                gradient.zero_();
            }
        }
    }

    /// <summary>A loss, and the joint L2 norm of its gradients, read together: whoever reads from a GPU waits for all that it was given to do.</summary>
    /// <param name="loss">The loss, whose gradients are there.</param>
    public (double Loss, double Norm) Read(Tensor loss)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var norm = stack(Gradients().Select(g => g.norm()).ToList()).norm();
        float[] values = stack([loss.detach(), norm]).cpu().data<float>().ToArray();
        return (values[0], values[1]);
    }

    /// <summary>Scales all gradients down so that their joint L2 norm is at most <paramref name="maximum"/>; 0 for no limit.</summary>
    /// <param name="norm">Their norm, see <see cref="Read"/>.</param>
    /// <param name="maximum">The limit.</param>
    public void ClipGradients(double norm, double maximum)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        if (maximum > 0 && norm > maximum)
        {
            using Scalar factor = maximum / norm;
            foreach (var gradient in Gradients())
            {
                gradient.mul_(factor);
            }
        }
    }

    /// <summary>Copies the state out.</summary>
    public WeightSet ToState()
    {
        var state = new WeightSet();
        foreach (var (name, value) in _state)
        {
            state.Add(name, TorchNetwork.Read(value, [.. value.shape.Select(d => (int)d)]));
        }
        return state;
    }

    /// <summary>Goes on from a state that was saved, tensor by tensor by name.</summary>
    public void LoadState(WeightSet state)
    {
        foreach (var (name, value) in state)
        {
            string weight = name[..name.LastIndexOf('/')];
            using var scope = NewDisposeScope();
            Moment(weight, name[(weight.Length + 1)..], network.Tensors[weight]).copy_(tensor(value.Values, [.. value.Shape.Select(d => (long)d)]));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.Values)
        {
            tensor.Dispose();
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Changes one weight in place.</summary>
    protected abstract void Update(string name, Tensor weight, Tensor gradient, double learningRate, int step);

    /// <summary>State of a weight, zero at first.</summary>
    protected Tensor Moment(string name, string kind, Tensor like)
    {
        string key = $"{name}/{kind}";
        if (!_state.TryGetValue(key, out var value))
        {
            value = zeros_like(like).detach().DetachFromDisposeScope();
            _state.Add(key, value);
        }
        return value;
    }

    private IEnumerable<Tensor> Gradients() => network.Trainable.Select(t => t.Value.grad).OfType<Tensor>();

    /// <summary>Kernels decay; biases, shifts and scales of batch norms do not.</summary>
    protected static bool Decays(Tensor weight) => weight.dim() > 1;
}

/// <summary>AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay, β = (0.9, 0.999), ε = 1e-8.</summary>
public sealed class AdamW(TorchNetwork network, double weightDecay) : Optimizer(network)
{
    private const double Beta1 = 0.9, Beta2 = 0.999;

    private static readonly Scalar Decay1 = Beta1, Gain1 = 1 - Beta1, Decay2 = Beta2, Gain2 = 1 - Beta2, Epsilon = 1e-8, One = 1;

    /// <inheritdoc/>
    protected override void Update(string name, Tensor weight, Tensor gradient, double learningRate, int step)
    {
        using Scalar shrink = 1 - learningRate * weightDecay;
        using Scalar correction = Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        using Scalar rate = -learningRate / (1 - Math.Pow(Beta1, step + 1));
        var first = Moment(name, "exp_avg", weight).mul_(Decay1).add_(gradient, alpha: Gain1);
        var second = Moment(name, "exp_avg_sq", weight).mul_(Decay2).addcmul_(gradient, gradient, Gain2);
        if (Decays(weight))
        {
            weight.mul_(shrink);
        }
        weight.addcdiv_(first, second.sqrt().div_(correction).add_(Epsilon, One), rate);
    }
}

/// <summary>Stochastic gradient descent with momentum and L2 regularisation.</summary>
public sealed class Sgd(TorchNetwork network, double weightDecay, double momentum) : Optimizer(network)
{
    private readonly Scalar _momentum = momentum, _weightDecay = weightDecay, _one = 1;

    /// <inheritdoc/>
    protected override void Update(string name, Tensor weight, Tensor gradient, double learningRate, int step)
    {
        using Scalar rate = -learningRate;
        if (Decays(weight))
        {
            gradient.add_(weight, alpha: _weightDecay);
        }
        weight.add_(Moment(name, "momentum", weight).mul_(_momentum).add_(gradient, alpha: _one), alpha: rate);
    }
}
