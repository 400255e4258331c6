namespace PruneSearch.Core.Networks;

/// <summary>A tensor that a network owns.</summary>
/// <param name="Name">For example <c>Conv.weight</c>.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Trainable"><see langword="false"/> for batch-norm running statistics.</param>
public sealed record TensorDeclaration(string Name, IReadOnlyList<int> Shape, bool Trainable)
{
    /// <summary>Values that the tensor has: the product of its shape.</summary>
    public long Length => Shape.Aggregate(1L, (n, d) => n * d);
}

/// <summary>
/// One named output, collected from the prediction heads: head <c>[N, boxes · Values, H, W]</c> becomes
/// <c>[N, H · W · boxes, Values]</c> (row, column, default box), and the heads follow one another.
/// </summary>
/// <param name="Heads">Layer names, in level order.</param>
/// <param name="Values">Values a box: 4 coordinates, or one score a class.</param>
public sealed record NetworkOutput(string Name, IReadOnlyList<string> Heads, int Values)
{
    /// <summary>Refuses outputs that are called like a layer or another output.</summary>
    /// <exception cref="ArgumentException">One is.</exception>
    internal static void RequireOwnNames(IReadOnlyList<NetworkOutput> outputs, IReadOnlyCollection<string> layers)
    {
        if (outputs.FirstOrDefault(o => layers.Contains(o.Name) || outputs.Count(other => other.Name == o.Name) > 1) is { } output)
        {
            throw new ArgumentException(
                $"Output '{output.Name}' is called like a layer or another output, expected a name of its own: in an exported graph all are values.");
        }
    }
}

/// <summary>
/// A convolutional network as data: its layers in execution order, its tensors and its channel groups. The one description
/// that the trainer runs, the exporter writes, the pruner cuts and the counters count.
/// Made by <see cref="NetworkBuilder"/>.
/// </summary>
public sealed class Network
{
    private readonly Dictionary<string, Layer> _layers;
    private readonly Dictionary<string, ChannelGroup> _groups;

    private readonly IReadOnlyList<Layer> _whole; // with the layers of blocks that are left out

    internal Network(
        IReadOnlyList<Layer> whole, IReadOnlyList<NetworkOutput> outputs, IReadOnlyList<ChannelGroup> groups, IReadOnlyList<LayerBlock> blocks)
    {
        var empty = groups.Where(g => g.Width == 0).Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        LeftOut = [.. blocks.Where(b => b.Groups.All(empty.Contains))];
        if (groups.FirstOrDefault(g => g.Width == 0 && !LeftOut.Any(b => b.Groups.Contains(g.Name))) is { } lone)
        {
            throw ChannelGroup.WrongWidth(lone.Name, lone.Width, lone.DenseWidth);
        }
        (_whole, Blocks) = (whole, blocks);
        var layers = LayerBlock.Without(whole, LeftOut, groups);
        Layers = layers;
        Outputs = outputs;
        Groups = groups;
        _layers = layers.ToDictionary(l => l.Name);
        _groups = groups.ToDictionary(g => g.Name);
        Tensors = [.. layers.Where(OwnsTensors).SelectMany(Declare)];
        foreach (var layer in layers.Where(OwnsTensors))
        {
            Claim(layer);
        }
    }

    /// <summary>All layers; each comes after its inputs, the first is the picture.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>What the network answers.</summary>
    public IReadOnlyList<NetworkOutput> Outputs { get; }

    /// <summary>All channel groups, in order of declaration.</summary>
    public IReadOnlyList<ChannelGroup> Groups { get; }

    /// <summary>The blocks that can be left out, and those that are, in layer order.</summary>
    public IReadOnlyList<LayerBlock> Blocks { get; }

    /// <summary>Those of <see cref="Blocks"/> that are left out: the network has neither their layers nor their tensors.</summary>
    public IReadOnlyList<LayerBlock> LeftOut { get; }

    /// <summary>All tensors, in layer order.</summary>
    public IReadOnlyList<TensorDeclaration> Tensors { get; }

    /// <summary>Width of each group.</summary>
    public SortedDictionary<string, int> Widths => new(Groups.ToDictionary(g => g.Name, g => g.Width), StringComparer.Ordinal);

    /// <summary>Values that training changes; statistics of batch norms are none.</summary>
    public long Parameters => Tensors.Where(t => t.Trainable).Sum(t => t.Length);

    /// <summary>Multiply-accumulate operations of all convolutions for one picture; a fused multiply-add counts once.</summary>
    public long Macs => Layers.OfType<ConvLayer>().Sum(MacsOf);

    /// <summary>A layer by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Layer this[string name] =>
        _layers.TryGetValue(name, out var layer) ? layer : throw new KeyNotFoundException($"The network has no layer '{name}'.");

    /// <summary>The channel group called <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public ChannelGroup Group(string name) =>
        _groups.TryGetValue(name, out var group) ? group
            : throw new KeyNotFoundException($"The network has no channel group '{name}'; it has {string.Join(", ", _groups.Keys)}.");

    /// <summary>The group whose channels stand where those of a group stood: itself, unless it went with a block in whose place stands another's.</summary>
    public string StandIn(string group) => LayerBlock.StandIn(group, LeftOut);

    /// <summary>The same network with other widths.</summary>
    /// <param name="widths">Width of each group that is not at its dense width.</param>
    /// <exception cref="ArgumentException">
    /// A group that the network does not have, or a width that is not from 1 to its dense width: 0 stands for all groups of a block together.
    /// </exception>
    public Network With(IReadOnlyDictionary<string, int> widths)
    {
        RequireGroups(widths.Keys, _groups.Keys);
        var groups = Groups.ToDictionary(g => g.Name, g =>
            new ChannelGroup(g.Name, g.Kind, g.DenseWidth, widths.GetValueOrDefault(g.Name, g.DenseWidth)), StringComparer.Ordinal);
        ChannelLayout Resized(ChannelLayout layout) => new([.. layout.Segments.Select(s => s.Group is { } group ? s with { Width = groups[group].Width } : s)]);
        Layer Narrow(Layer layer)
        {
            var resized = layer with { Output = layer.Output with { Channels = Resized(layer.Channels) } };
            return resized is ConvLayer { InputChannels: var before } conv && Resized(before) is var input
                ? conv with { InputChannels = input, Groups = conv.Depthwise ? input.Width : conv.Groups } : resized;
        }
        return new Network([.. _whole.Select(Narrow)], Outputs, [.. Groups.Select(g => groups[g.Name])], Blocks);
    }

    /// <summary>The same network, of which shares count from the widths of another one and not from the unpruned ones.</summary>
    /// <param name="original">Width of each group of what pruning began with; a group that is not named counts from its own dense width.</param>
    /// <exception cref="ArgumentException">A group that the network does not have, or one that is wider than in the original.</exception>
    public Network RelativeTo(IReadOnlyDictionary<string, int> original)
    {
        RequireGroups(original.Keys, _groups.Keys);
        return new Network(_whole, Outputs, [
            .. Groups.Select(g => new ChannelGroup(g.Name, g.Kind, original.GetValueOrDefault(g.Name, g.DenseWidth), g.Width))], Blocks);
    }

    /// <summary>Multiply-accumulate operations of one convolution.</summary>
    public static long MacsOf(ConvLayer conv) =>
        (long)conv.Channels.Width * conv.Height * conv.Width * (conv.InputChannels.Width / conv.Groups) * conv.Kernel * conv.Kernel;

    internal static void RequireGroups(IEnumerable<string> named, IReadOnlyCollection<string> groups)
    {
        if (named.FirstOrDefault(n => !groups.Contains(n)) is { } unknown)
        {
            throw new ArgumentException($"Unknown channel group '{unknown}'; the network has {string.Join(", ", groups)}.");
        }
    }

    private static bool OwnsTensors(Layer layer) => layer is not (ConvLayer { WeightsOf: not null } or BatchNormLayer { TensorsOf: not null });

    private static IEnumerable<TensorDeclaration> Declare(Layer layer)
    {
        int channels = layer.Channels.Width;
        if (layer is ConvLayer conv)
        {
            yield return new(conv.Weight, [channels, conv.InputChannels.Width / conv.Groups, conv.Kernel, conv.Kernel], true);
            if (conv.Bias)
            {
                yield return new(conv.BiasName, [channels], true);
            }
        }
        else if (layer is BatchNormLayer)
        {
            yield return new(layer.Name + ".weight", [channels], true);
            yield return new(layer.Name + ".bias", [channels], true);
            yield return new(layer.Name + ".running_mean", [channels], false);
            yield return new(layer.Name + ".running_var", [channels], false);
        }
    }

    private void Claim(Layer layer)
    {
        if (layer is ConvLayer conv)
        {
            var role = conv.Depthwise ? SliceRole.Follower : SliceRole.Producer;
            Claim(conv.Weight, 0, conv.Channels, role);
            if (conv.Bias)
            {
                Claim(conv.BiasName, 0, conv.Channels, SliceRole.Follower);
            }
            if (!conv.Depthwise)
            {
                Claim(conv.Weight, 1, conv.ReadLayout(), SliceRole.Reader);
            }
        }
        else if (layer is BatchNormLayer)
        {
            foreach (string tensor in (string[])["weight", "bias", "running_mean", "running_var"])
            {
                Claim($"{layer.Name}.{tensor}", 0, layer.Channels, SliceRole.Follower);
            }
        }
    }

    private void Claim(string tensor, int dimension, ChannelLayout layout, SliceRole role)
    {
        foreach (var (segment, offset) in layout.WithOffsets())
        {
            if (segment.Group is { } group)
            {
                _groups[group].Add(new ChannelSlice(tensor, dimension, offset, segment.Width, role));
            }
        }
    }
}
