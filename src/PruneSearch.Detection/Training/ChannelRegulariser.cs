using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Training;

/// <summary>
/// Pulls the channels of groups towards zero during the last steps before a pruning, so that weak ones are gone before they
/// are cut. After each optimizer step comes a proximal one (Parikh, Boyd 2014, section 6.5.4): the norm of every channel
/// shrinks by the same amount, at most to zero. The amount is a share of the mean norm in the group, so it means the same for
/// every layer, optimizer, learning rate and number of steps; it follows from the weights alone, so that training which is
/// stopped and resumed gives the same bytes.
/// </summary>
public sealed class ChannelRegulariser
{
    private static readonly Scalar Zero = 0, Tiny = 1e-12;

    private readonly TorchNetwork _network;
    private readonly List<List<ChannelSlice>> _groups;
    private readonly int _firstStep, _steps;
    private readonly double _amount;

    /// <summary>Prepares for a training.</summary>
    /// <param name="network">The network that trains.</param>
    /// <param name="groups">Groups that will be pruned.</param>
    /// <param name="steps">Steps of the training in all.</param>
    /// <exception cref="ArgumentException">A setting is outside its range, or the channels of a group pass no batch norm.</exception>
    public ChannelRegulariser(TorchNetwork network, IReadOnlyList<ChannelGroup> groups, RegularisationSettings settings, int steps)
    {
        SettingsSection.RequireRanges(settings);
        _network = network;
        _groups = [.. groups.Select(g => Slices(network.Network, g, settings.Kind))];
        _steps = Math.Max(1, (int)Math.Round(steps * settings.Share));
        _firstStep = steps - _steps;
        _amount = settings.Strength / _steps;
    }

    /// <summary>Pulls, if it is time.</summary>
    /// <param name="step">The step whose optimizer update was just made, from 0.</param>
    public void After(int step)
    {
        if (step < _firstStep)
        {
            return;
        }
        using var guard = no_grad();
        foreach (var slices in _groups)
        {
            using var scope = NewDisposeScope();
            var parts = slices.Select(s => _network.Tensors[s.Tensor].narrow(s.Dimension, s.Offset, s.Length)).ToList();
            var norms = parts.Zip(slices, (p, s) => Squares(p, s.Dimension)).Aggregate((a, b) => a.PlusInPlace(b)).sqrt_(); // [channels]
            using Scalar amount = _amount;
            var factors = (norms.mean().mul(amount) / norms.clamp_min(Tiny)).OneMinus().clamp_min(Zero);
            foreach (var (part, slice) in parts.Zip(slices))
            {
                long[] shape = [.. Enumerable.Range(0, (int)part.dim()).Select(d => d == slice.Dimension ? (long)slice.Length : 1)];
                part.mul_(factors.reshape(shape));
            }
        }
    }

    private static Tensor Squares(Tensor part, int dimension)
    {
        var squares = part.Squared();
        long[] others = [.. Enumerable.Range(0, (int)part.dim()).Where(d => d != dimension).Select(d => (long)d)];
        return others.Length == 0 ? squares : squares.sum(others);
    }

    private static List<ChannelSlice> Slices(Network network, ChannelGroup group, RegularisationKind kind)
    {
        var scales = network.Layers.OfType<BatchNormLayer>().Select(l => l.Tensors + ".weight").ToHashSet(StringComparer.Ordinal);
        var trainable = network.Tensors.Where(t => t.Trainable).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        List<ChannelSlice> slices = [.. group.Slices.Where(s => (kind == RegularisationKind.BnScale ? scales : trainable).Contains(s.Tensor))];
        return slices.Count > 0 ? slices
            : throw new ArgumentException($"Regularisation '{EnumNames.Of(kind)}' needs batch norms, but the channels of group '{group.Name}' pass none; " +
                "choose group-lasso.");
    }
}
