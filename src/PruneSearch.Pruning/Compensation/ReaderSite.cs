using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>The part of a convolution that reads channels together: all of it, or one of its convolution groups.</summary>
/// <param name="Layers">The layers with this weight: more than one where heads share it.</param>
/// <param name="Part">Index of the convolution group.</param>
internal sealed record ReaderSite(IReadOnlyList<ConvLayer> Layers, int Part)
{
    // Rows of one picture that are enough: neighbours on a large map say much the same.
    private const int RowsPerPicture = 2048;

    public ConvLayer Conv => Layers[0];

    public string Key => $"{Conv.Weight}#{Part}";

    public ChannelLayout Layout => Conv.ReadLayout();

    public ChannelLayout OutputLayout => Conv.Channels.Part(Conv.Groups);

    public int Outputs => Conv.Channels.Width / Conv.Groups;

    /// <summary>Values of the window that the kernel covers.</summary>
    public int Taps => Conv.Kernel * Conv.Kernel;

    /// <summary>All sites that read one of the groups, in network order.</summary>
    public static IReadOnlyList<ReaderSite> Of(Network network, IReadOnlySet<string> groups) =>
        Of(network, c => c.ReadLayout().Segments.Any(s => s.Group is { } g && groups.Contains(g)));

    /// <summary>
    /// All sites of convolutions that are not depthwise and meet a condition. A site comes after those that its layers
    /// depend on: in the order of the last layer where several share a weight.
    /// </summary>
    public static IReadOnlyList<ReaderSite> Of(Network network, Func<ConvLayer, bool> condition) =>
        [.. network.Layers.OfType<ConvLayer>()
            .Select((conv, order) => (conv, order))
            .Where(c => !c.conv.Depthwise && condition(c.conv))
            .GroupBy(c => c.conv.Weight)
            .OrderBy(same => same.Last().order)
            .SelectMany(same => Enumerable.Range(0, same.First().conv.Groups).Select(part => new ReaderSite([.. same.Select(c => c.conv)], part)))];

    /// <summary>What the part reads, one row for each position that it computes: <c>[rows, channels · kernel²]</c>.</summary>
    /// <param name="conv">One of the layers.</param>
    /// <param name="input">Its input <c>[N, channels, H, W]</c>.</param>
    /// <param name="unfold">Whether a row holds the whole window; otherwise one position of the input, whatever the kernel.</param>
    public Tensor Rows(ConvLayer conv, Tensor input, bool unfold)
    {
        using var scope = NewDisposeScope();
        var x = input.narrow(1, Part * Layout.Width, Layout.Width);
        if (unfold && conv.Kernel > 1)
        {
            var pad = conv.Padding;
            x = nn.functional.pad(x, [pad.Left, pad.Right, pad.Top, pad.Bottom]);
            var windows = nn.functional.unfold(x, conv.Kernel, stride: conv.Stride).permute(0, 2, 1);
            return Sample(windows, conv.Width).MoveToOuterDisposeScope();
        }
        int step = conv.Kernel == 1 ? conv.Stride : 1;
        x = step == 1 ? x : x.slice(2, 0, x.shape[2], step).slice(3, 0, x.shape[3], step);
        return Sample(x.permute(0, 2, 3, 1), x.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>What the part gives at the positions of <see cref="Rows"/> with whole windows: <c>[rows, outputs]</c>.</summary>
    public Tensor OutputRows(Tensor output)
    {
        using var scope = NewDisposeScope();
        var part = output.narrow(1, Part * Outputs, Outputs).permute(0, 2, 3, 1);
        return Sample(part, output.shape[3]).MoveToOuterDisposeScope();
    }

    /// <summary>How much each of the <see cref="Rows"/> counts: <c>[rows, 1]</c>, <see langword="null"/> when they count alike.</summary>
    /// <param name="conv">One of the layers.</param>
    /// <param name="positions">What is known of the positions.</param>
    /// <param name="batch">Which batch the input is.</param>
    public static Tensor? PositionRows(ConvLayer conv, Tensor input, bool unfold, PositionWeights? positions, int batch)
    {
        if (positions is null)
        {
            return null;
        }
        using var scope = NewDisposeScope();
        bool ofOutput = unfold || conv.Kernel == 1; // otherwise a row is a position of the input, which lies under the output
        var map = positions.Of(conv.Name, batch, ofOutput ? conv.Height : input.shape[2], ofOutput ? conv.Width : input.shape[3]);
        return WeightRows(map).MoveToOuterDisposeScope();
    }

    /// <summary>Weights of positions in the order of <see cref="Rows"/> of a map of the same size.</summary>
    /// <param name="map">A weight for each position: <c>[N, height, width]</c>.</param>
    /// <returns><c>[rows, 1]</c>; the caller owns it.</returns>
    public static Tensor WeightRows(Tensor map)
    {
        using var scope = NewDisposeScope();
        return Sample(map.unsqueeze(3), map.shape[2]).MoveToOuterDisposeScope();
    }

    // [N, positions…, values] -> every so many rows.
    private static Tensor Sample(Tensor values, long columns)
    {
        var rows = values.reshape(-1, values.shape[^1]);
        return rows.slice(0, 0, rows.shape[0], Step(rows.shape[0] / values.shape[0], columns)).contiguous();
    }

    // Coprime to the row length, so that every column of the map is seen.
    private static long Step(long positions, long columns)
    {
        long step = Math.Max(1, positions / RowsPerPicture);
        while (step > 1 && Gcd(step, columns) != 1)
        {
            step++;
        }
        return step;
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
