using System.ComponentModel;

namespace PruneSearch.Core.Stages;

/// <summary>What says how much a network needs each channel: every criterion there is. How it is computed is in PruneSearch.Pruning.</summary>
public enum Criterion
{
    /// <summary>Mean absolute activation.</summary>
    [Description("mean size of the channel where it is read; looks at pictures")]
    Activation,

    /// <summary>Liu et al. 2017, "network slimming".</summary>
    [Description("scale of the batch norms that it passes; for detectors that have batch norms")]
    Bn,

    /// <summary>Theis et al. 2018.</summary>
    [Description("`taylor` to the second order, with squared gradients in place of the Hessian; looks at pictures")]
    Fisher,

    /// <summary>He et al. 2019.</summary>
    [Description("distance of its kernel to the others of its layer: what the others can replace goes")]
    Fpgm,

    /// <summary>Li et al. 2017.</summary>
    [Description("sum of the absolute weights that make it")]
    L1,

    /// <summary>Fang et al. 2023, DepGraph.</summary>
    [Description("sum of the absolute weights that make it and that read it")]
    L1Readers,

    /// <summary>Li et al. 2017.</summary>
    [Description("Euclidean norm of the weights that make it")]
    L2,

    /// <summary>Fang et al. 2023, DepGraph.</summary>
    [Description("Euclidean norm of the weights that make it and that read it")]
    L2Readers,

    /// <summary>Hassibi, Stork 1993, on channels; the order of removal is the order of scores.</summary>
    [Description("what is left wrong in the detections after its readers were solved anew without it (Optimal Brain Surgeon); looks at pictures")]
    Obs,

    /// <summary>The floor that every other one must beat.</summary>
    [Description("chance, by the seed: what every other criterion must beat")]
    Random,

    /// <summary>Molchanov et al. 2019.</summary>
    [Description("change of the loss without it, to the first order; looks at pictures")]
    Taylor,
}
