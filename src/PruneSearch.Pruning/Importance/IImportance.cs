using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Tells how much a network needs each channel of a group.</summary>
public interface IImportance
{
    /// <summary>Whether it looks at calibration pictures.</summary>
    bool NeedsImages => false;

    /// <summary>What makes its scores of different groups comparable, where nobody asks for another.</summary>
    ScoreNormalisation Normalisation => ScoreNormalisation.Mean;

    /// <summary>One score a channel, at least 0; higher is more important. The same input gives the same scores.</summary>
    /// <exception cref="ArgumentException">The criterion needs pictures and there are none, or tensors that the group does not have.</exception>
    double[] Score(ChannelGroup group, ImportanceContext context);
}
