namespace PruneSearch.Core.Networks;

/// <summary>A run of neighbouring channels that either belongs to a channel group or is fixed.</summary>
/// <param name="Group">Name of the group whose channels these are; <see langword="null"/> for channels that never go.</param>
/// <param name="Width">Number of channels, at least 1.</param>
public readonly record struct ChannelSegment(string? Group, int Width);

/// <summary>
/// How the channels of a feature map are made up: segments side by side. One group may appear several times (grouped
/// convolutions, space-to-depth): its channel <c>i</c> then stands once in each of its segments, and all of them go together.
/// </summary>
public sealed record ChannelLayout(IReadOnlyList<ChannelSegment> Segments)
{
    /// <summary>Total number of channels.</summary>
    public int Width { get; } = Segments.Sum(s => s.Width);

    /// <summary>A layout of one group.</summary>
    public static ChannelLayout Of(ChannelGroup group) => new([new ChannelSegment(group.Name, group.Width)]);

    /// <summary>A layout of channels that no group claims.</summary>
    public static ChannelLayout Fixed(int width) => new([new ChannelSegment(null, width)]);

    /// <summary>The segments of several layouts, one after the other.</summary>
    public static ChannelLayout Concat(IEnumerable<ChannelLayout> layouts) => new([.. layouts.SelectMany(l => l.Segments)]);

    /// <summary>This layout <paramref name="times"/> times in a row.</summary>
    public ChannelLayout Repeat(int times) => Concat(Enumerable.Repeat(this, times));

    /// <summary>Whether this is <paramref name="parts"/> times the same layout in a row.</summary>
    public bool DividesInto(int parts) =>
        Segments.Count % parts == 0 ? Part(parts).Repeat(parts).Equals(this) : Segments is [{ Group: null }] && Width % parts == 0;

    /// <summary>Refuses a convolution whose groups do not all have the same layout.</summary>
    /// <exception cref="ArgumentException">This is not <paramref name="groups"/> times the same layout.</exception>
    internal void RequireParts(string convolution, int groups)
    {
        if (!DividesInto(groups))
        {
            throw new ArgumentException($"Convolution '{convolution}' has {groups} groups, but {this} is not {groups} times the same layout.");
        }
    }

    /// <summary>The first of <paramref name="parts"/> equal parts.</summary>
    public ChannelLayout Part(int parts) =>
        Segments is [{ Group: null } only] ? Fixed(only.Width / parts) : new([.. Segments.Take(Segments.Count / parts)]);

    /// <summary>Each segment with the offset of its first channel.</summary>
    public IEnumerable<(ChannelSegment Segment, int Offset)> WithOffsets()
    {
        int offset = 0;
        foreach (var segment in Segments)
        {
            yield return (segment, offset);
            offset += segment.Width;
        }
    }

    /// <inheritdoc/>
    public bool Equals(ChannelLayout? other) => other is not null && Segments.SequenceEqual(other.Segments);

    /// <inheritdoc/>
    public override int GetHashCode() => Segments.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" + ", Segments.Select(s => $"{s.Group ?? "fixed"}[{s.Width}]"));
}
