namespace PruneSearch.Core.Networks;

/// <summary>
/// A branch that is added to what it reads. It can be left out as a whole: then what it reads stands for the sum, as if the branch were multiplied by
/// zero. It is left out where all of its groups have width 0.
/// </summary>
/// <param name="Name">Unique within a network, for example <c>expanded_conv_4</c>.</param>
/// <param name="Sum">The layer that adds it.</param>
/// <param name="Shortcut">What it reads and is added to.</param>
/// <param name="Layers">The layers of the branch, in network order, without the sum.</param>
/// <param name="Groups">The channel groups that only the branch has, at least one.</param>
public sealed record ResidualBlock(string Name, string Sum, string Shortcut, IReadOnlyList<string> Layers, IReadOnlyList<string> Groups)
{
    /// <summary>Finds the layers and groups of a branch.</summary>
    /// <param name="name">What the block is called.</param>
    /// <param name="sum">The layer that will add it.</param>
    /// <param name="branch">The end of the branch.</param>
    /// <param name="shortcut">What all of the branch reads.</param>
    /// <param name="layers">The layers so far.</param>
    /// <exception cref="ArgumentException">The branch reads something else, or has no group of its own.</exception>
    internal static ResidualBlock Of(string name, string sum, string branch, string shortcut, IReadOnlyList<Layer> layers)
    {
        var inside = new HashSet<string>(StringComparer.Ordinal) { branch };
        foreach (var layer in layers.Reverse().Where(l => inside.Contains(l.Name)))
        {
            inside.UnionWith(layer.Inputs.Count > 0 ? layer.Inputs.Where(i => i != shortcut)
                : throw new ArgumentException($"Block '{name}' reads '{layer.Name}', expected a branch that reads '{shortcut}' alone."));
        }
        Layer[] own = [.. layers.Where(l => inside.Contains(l.Name))];
        var shared = layers.Where(l => l.Name == shortcut).SelectMany(l => l.Channels.Segments).Select(s => s.Group);
        string[] groups = [.. own.SelectMany(l => l.Channels.Segments).Select(s => s.Group).Except(shared).OfType<string>()];
        return groups.Length > 0 ? new(name, sum, shortcut, [.. own.Select(l => l.Name)], groups)
            : throw new ArgumentException($"Block '{name}' has no channel group of its own.");
    }

    /// <summary>The layers of a network without the blocks that are left out: what read a sum reads what that block read.</summary>
    internal static IReadOnlyList<Layer> Without(IReadOnlyList<Layer> layers, IEnumerable<ResidualBlock> leftOut)
    {
        var instead = new Dictionary<string, string>(StringComparer.Ordinal);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var block in leftOut)
        {
            instead.Add(block.Sum, block.Shortcut);
            gone.UnionWith([block.Sum, .. block.Layers]);
        }
        string Read(string name) => instead.TryGetValue(name, out string? other) ? Read(other) : name;
        return gone.Count == 0 ? layers
            : [.. layers.Where(l => !gone.Contains(l.Name)).Select(l => l with { Inputs = [.. l.Inputs.Select(Read)] })];
    }
}
