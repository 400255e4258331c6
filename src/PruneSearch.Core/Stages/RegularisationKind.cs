namespace PruneSearch.Core.Stages;

/// <summary>What is pulled towards zero before a pruning.</summary>
public enum RegularisationKind
{
    /// <summary>Everything that belongs to a channel, in all tensors together (Yuan, Lin 2006).</summary>
    GroupLasso,

    /// <summary>The scales of its batch norms (Liu et al. 2017, "network slimming").</summary>
    BnScale,
}
