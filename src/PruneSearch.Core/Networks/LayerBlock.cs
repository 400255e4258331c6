namespace PruneSearch.Core.Networks;

/// <summary>Where a block ends: what reads that layer reads the shortcut where the block is left out.</summary>
/// <param name="Layer">The last layer, which goes with the block.</param>
/// <param name="Shortcut">What the block reads there.</param>
public sealed record BlockEnd(string Layer, string Shortcut);

/// <summary>
/// Layers that can be left out as a whole: then what they read stands for what they put out. A residual branch is left out as if it were multiplied by
/// zero, a layer of a head as if it handed on what it reads. It is left out where all of its groups have width 0.
/// </summary>
/// <param name="Name">Unique within a network, for example <c>expanded_conv_4</c>.</param>
/// <param name="Ends">One for a residual branch: the sum and what the branch is added to. One for each level where heads share their layers.</param>
/// <param name="Layers">The layers of the block, in network order; without the sum of a residual branch.</param>
/// <param name="Groups">The channel groups that only the block has, at least one.</param>
/// <param name="Instead">
/// The group whose channels stand in the place of those of <paramref name="Groups"/>, which is one then; <see langword="null"/> where ends and shortcuts
/// have the same channels, as in a residual chain.
/// </param>
public sealed record LayerBlock(string Name, IReadOnlyList<BlockEnd> Ends, IReadOnlyList<string> Layers, IReadOnlyList<string> Groups, string? Instead = null)
{
    /// <summary>A residual branch.</summary>
    /// <param name="name">What the block is called.</param>
    /// <param name="sum">The layer that will add it.</param>
    /// <param name="branch">The end of the branch.</param>
    /// <param name="shortcut">What all of the branch reads, and is added to.</param>
    /// <param name="layers">The layers so far.</param>
    /// <exception cref="ArgumentException">The branch reads something else, or has no group of its own.</exception>
    internal static LayerBlock Residual(string name, string sum, string branch, string shortcut, IReadOnlyList<Layer> layers)
    {
        var (inside, groups) = Between(name, [new(branch, shortcut)], layers);
        return new(name, [new(sum, shortcut)], inside, groups);
    }

    /// <summary>Layers in a row, at each of the places that share their tensors.</summary>
    /// <param name="name">What the block is called.</param>
    /// <param name="ends">Its last layer at each place, and what it reads there.</param>
    /// <param name="layers">The layers so far.</param>
    /// <param name="all">The groups so far.</param>
    /// <exception cref="ArgumentException">
    /// A place reads something else, or the block does not have one group of its own that is as wide as the one group that it reads.
    /// </exception>
    internal static LayerBlock InARow(
        string name, IReadOnlyList<BlockEnd> ends, IReadOnlyList<Layer> layers, IReadOnlyDictionary<string, ChannelGroup> all)
    {
        var (inside, groups) = Between(name, ends, layers);
        var read = layers.First(l => l.Name == ends[0].Shortcut).Channels;
        if (groups.Count != 1 || read.Segments is not [{ Group: { } instead }])
        {
            throw new ArgumentException($"Block '{name}' puts out [{string.Join(", ", groups)}] and reads {read}, expected one channel group each.");
        }
        int made = all[groups[0]].DenseWidth, wanted = all[instead].DenseWidth;
        return made == wanted ? new(name, ends, inside, groups, instead)
            : throw new ArgumentException($"Block '{name}' makes {made} channels of {wanted}, expected as many as it reads.");
    }

    private static (IReadOnlyList<string> Layers, IReadOnlyList<string> Groups) Between(string name, IReadOnlyList<BlockEnd> ends, IReadOnlyList<Layer> layers)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (end, shortcut) in ends)
        {
            var inside = new HashSet<string>(StringComparer.Ordinal) { end };
            foreach (var layer in layers.Reverse().Where(l => inside.Contains(l.Name)))
            {
                inside.UnionWith(layer.Inputs.Count > 0 ? layer.Inputs.Where(i => i != shortcut)
                    : throw new ArgumentException($"Block '{name}' reads '{layer.Name}', expected a branch that reads '{shortcut}' alone."));
            }
            all.UnionWith(inside);
        }
        Layer[] own = [.. layers.Where(l => all.Contains(l.Name))];
        var shared = layers.Where(l => ends.Any(e => e.Shortcut == l.Name)).SelectMany(l => l.Channels.Segments).Select(s => s.Group);
        string[] groups = [.. own.SelectMany(l => l.Channels.Segments).Select(s => s.Group).Except(shared).OfType<string>()];
        return groups.Length > 0 ? ([.. own.Select(l => l.Name)], groups) : throw new ArgumentException($"Block '{name}' has no channel group of its own.");
    }

    /// <summary>
    /// The layers of a network without the blocks that are left out: what read their ends reads their shortcuts, with the channels that those have.
    /// </summary>
    internal static IReadOnlyList<Layer> Without(IReadOnlyList<Layer> layers, IReadOnlyList<LayerBlock> leftOut, IEnumerable<ChannelGroup> groups)
    {
        if (leftOut.Count == 0)
        {
            return layers;
        }
        var shortcuts = leftOut.SelectMany(b => b.Ends).ToDictionary(e => e.Layer, e => e.Shortcut, StringComparer.Ordinal);
        var gone = leftOut.SelectMany(b => b.Layers).Concat(shortcuts.Keys).ToHashSet(StringComparer.Ordinal);
        var widths = groups.ToDictionary(g => g.Name, g => g.Width, StringComparer.Ordinal);
        ChannelSegment Segment(ChannelSegment segment) =>
            segment.Group is { } own && StandIn(own, leftOut) is var group && group != own ? new(group, widths[group]) : segment;
        ChannelLayout Channels(ChannelLayout layout) => new([.. layout.Segments.Select(Segment)]);
        string Read(string name) => shortcuts.TryGetValue(name, out string? other) ? Read(other) : name;
        Layer Joined(Layer layer)
        {
            var joined = layer with { Inputs = [.. layer.Inputs.Select(Read)], Output = layer.Output with { Channels = Channels(layer.Channels) } };
            return joined is ConvLayer conv && Channels(conv.InputChannels) is var input
                ? conv with { InputChannels = input, Groups = conv.Depthwise ? input.Width : conv.Groups } : joined;
        }
        return [.. layers.Where(l => !gone.Contains(l.Name)).Select(Joined)];
    }

    /// <summary>The group whose channels stand where those of a group stood: itself, unless its block is left out and another is named instead.</summary>
    internal static string StandIn(string group, IReadOnlyList<LayerBlock> leftOut) =>
        leftOut.FirstOrDefault(b => b.Instead is not null && b.Groups[0] == group) is { Instead: { } other } ? StandIn(other, leftOut) : group;
}
