using System.Collections.Immutable;
using PruneSearch.Core.Networks;
using TorchSharp;

namespace PruneSearch.Detection.Losses;

/// <summary>
/// How far the feature maps of a pruned detector are from those of the dense one (hints; Romero et al. 2015): for each map that
/// convolutions mix, the mean squared difference on the channels that both have, divided by the variance of the dense one's. A pruned
/// channel is the one that it was in the dense detector: nothing between the two has to be learned.
/// </summary>
public sealed class FeatureDistillation : IDisposable
{
    private static readonly Scalar SmallestVariance = 1e-12;

    private readonly Dictionary<string, Tensor?> _channels = new(StringComparer.Ordinal); // of the dense map; null for all
    private readonly List<string> _maps = [];

    /// <summary>Finds the maps that both have.</summary>
    /// <param name="student">The pruned network.</param>
    /// <param name="teacher">The dense one.</param>
    /// <param name="kept">Group to those of the teacher's channels that the student still has; see <see cref="Training.Teacher"/>.</param>
    /// <param name="device">Where both run.</param>
    /// <exception cref="ArgumentException">They have no map in common.</exception>
    public FeatureDistillation(Network student, Network teacher, IReadOnlyDictionary<string, ImmutableArray<int>> kept, Device device)
    {
        foreach (string name in Mixed(student))
        {
            bool isPrivate = student[name].Channels.Segments.All(s => s.Group is { } g && student.Group(g).Kind == ChannelGroupKind.Hidden);
            if (isPrivate || Channels(student[name].Channels, teacher[name].Channels, kept) is not { } channels)
            {
                continue;
            }
            _maps.Add(name);
            _channels[name] = channels.Count == teacher[name].Channels.Width ? null
                : tensor([.. channels], dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
        }
        if (_maps.Count == 0)
        {
            throw new ArgumentException("The pruned and the dense detector have no feature map whose channels are known to be the same.");
        }
    }

    /// <summary>The layers whose outputs are compared, in network order.</summary>
    public IReadOnlyCollection<string> Maps => _maps;

    /// <summary>Computes the sum over all maps.</summary>
    /// <param name="student">Maps by layer name <c>[N, channels, H, W]</c>, with gradient.</param>
    /// <param name="teacher">Maps of the dense detector, without gradient.</param>
    /// <returns>A scalar, at least 0; the caller owns it.</returns>
    public Tensor Compute(IReadOnlyDictionary<string, Tensor> student, IReadOnlyDictionary<string, Tensor> teacher)
    {
        using var scope = NewDisposeScope();
        var total = zeros(1, device: student[_maps[0]].device).squeeze();
        foreach (string name in _maps)
        {
            Tensor own = Pixels(student[name]), wanted = Pixels(teacher[name]);
            wanted = _channels[name] is { } channels ? wanted.index_select(3, channels) : wanted;
            total = total.Plus((SumOfSquares(own - wanted) / Variance(wanted)).Over(own.NumberOfElements));
        }
        return total.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channels in _channels.Values)
        {
            channels?.Dispose();
        }
    }

    // [N, H, W, channels], as maps lie in memory.
    private static Tensor Pixels(Tensor map) => map.permute(0, 2, 3, 1).to(ScalarType.Float32);

    // The gradient is twice the values, in one pass and in the order of the map: that of a square or of mse_loss is in another one, in which the
    // gradients of batch norms before it take several times as long.
    private static Tensor SumOfSquares(Tensor values)
    {
        var flat = values.reshape(-1);
        var sum = flat.dot(flat.detach());
        return sum.Plus(sum - sum.detach());
    }

    private static Tensor Variance(Tensor map) => map.NumberOfElements > 1 ? map.var().clamp_min(SmallestVariance) : map.new_ones(1).squeeze();

    // What convolutions over all channels read, as it was before it was stacked, pooled or enlarged.
    private static IEnumerable<string> Mixed(Network network)
    {
        HashSet<string> found = new(StringComparer.Ordinal);
        var open = new Stack<string>(network.Layers.OfType<ConvLayer>().Where(c => !c.Depthwise).Select(c => c.Inputs[0]));
        while (open.TryPop(out string? name))
        {
            switch (network[name])
            {
                case InputLayer:
                    break;
                case ConcatLayer or UpsampleLayer or MaxPoolLayer or SpaceToDepthLayer:
                    foreach (string input in network[name].Inputs)
                    {
                        open.Push(input);
                    }
                    break;
                default:
                    found.Add(name);
                    break;
            }
        }
        return network.Layers.Select(l => l.Name).Where(found.Contains);
    }

    // Where the student's channels are in the teacher's map; null where that is not known.
    private static List<int>? Channels(ChannelLayout student, ChannelLayout teacher, IReadOnlyDictionary<string, ImmutableArray<int>> kept)
    {
        List<int> channels = [];
        foreach (var (own, (segment, offset)) in student.Segments.Zip(teacher.WithOffsets()))
        {
            IReadOnlyList<int>? stayed = own.Group is { } group && kept.TryGetValue(group, out var known) ? known
                : own.Width == segment.Width ? [.. Enumerable.Range(0, segment.Width)] : null;
            if (stayed is null || stayed.Count != own.Width)
            {
                return null;
            }
            channels.AddRange(stayed.Select(c => offset + c));
        }
        return channels;
    }
}
