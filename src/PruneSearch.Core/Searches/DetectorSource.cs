using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Searches;

/// <summary>The base detector of a search. Paths are absolute.</summary>
public sealed record DetectorSource
{
    /// <summary>The detector; its classes stand for those of the data, which are not known yet.</summary>
    [Inline]
    public required DetectorSpec Template { get; init; }

    /// <summary>Pretrained weights; <see langword="null"/> starts from random ones.</summary>
    [Description("Pretrained weights: safetensors with this program's or the original's names; random when left out. Needs `labels` or `weights-detector`.")]
    [ExistingPath]
    public string? Weights { get; init; }

    /// <summary>Names of the weights' outputs.</summary>
    [Description("Names of the weights' class outputs, one a line, background first where it is one; for weights with folded batch norms and the original's.")]
    [ExistingPath]
    public string? Labels { get; init; }

    /// <summary>The specification of the weights.</summary>
    [Description("The `detector.json` that the weights belong to, as a search saves it beside them."), ExistingPath]
    public string? WeightsDetector { get; init; }

    /// <summary>Weights of which only the backbone is taken.</summary>
    [Description("Weights (safetensors) of any detector with the same backbone, instead of `weights`: "
        + "what both have from the first convolution on is taken over, the rest starts random."), ExistingPath]
    public string? BackboneWeights { get; init; }

    /// <summary>Pictures for batch norms that the weights do not have.</summary>
    [Description("Training pictures whose statistics fill re-inserted batch norms."), Range(8, 4096)]
    public int CalibrationImages { get; init; } = 64;

    /// <summary>Whether weights without batch norms get some.</summary>
    [Description("Put batch norms back where the weights have them folded. Without them no step depends on what else is in the batch.")]
    public bool InsertNorms { get; init; } = true;

    /// <summary>The first training; <see langword="null"/> takes the weights as they are.</summary>
    [Description("Training before anything is pruned; none when left out. Needed for a random start.")]
    public FineTuneSettings? FineTune { get; init; }
}
