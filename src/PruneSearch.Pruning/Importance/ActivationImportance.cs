using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Mean absolute activation of a channel where it is read, over the calibration pictures.</summary>
[Computes(Criterion.Activation)]
internal sealed class ActivationImportance : IImportance
{
    public bool NeedsImages => true;

    public double[] Score(ChannelGroup group, ImportanceContext context)
    {
        var rows = new List<double[]>();
        foreach (var conv in context.Network.Layers.OfType<ConvLayer>().Where(c => !c.Depthwise))
        {
            rows.AddRange(conv.InputChannels.WithOffsets().Where(s => s.Segment.Group == group.Name)
                .Select(s => context.Activations.Means[conv.Name].AsSpan(s.Offset, s.Segment.Width).ToArray()));
        }
        return rows.Count > 0 ? ChannelTerms.Reduce(rows, context.Reduction)
            : throw new ArgumentException($"Nothing reads the channels of group '{group.Name}'.");
    }
}
