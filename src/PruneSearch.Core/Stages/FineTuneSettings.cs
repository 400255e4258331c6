using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace PruneSearch.Core.Stages;

/// <summary>How to train.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.FineTuneSettings")]
public sealed record FineTuneSettings
{
    /// <summary>Optimizer steps, at least 1.</summary>
    [Id(0)]
    [Description("Optimizer steps of one iteration."), Range(1, 10_000_000)]
    public required int Steps { get; init; }

    /// <summary>Pictures a step, at least 1.</summary>
    [Id(1)]
    [Description("Pictures a step."), Range(1, 1024)]
    public int BatchSize { get; init; } = 8;

    /// <summary><c>adamw</c> or <c>sgd</c>.</summary>
    [Id(2)]
    [Description("AdamW, or SGD with momentum."), AllowedValues("adamw", "sgd")]
    public string Optimizer { get; init; } = "adamw";

    /// <summary>Peak learning rate, above 0.</summary>
    [Id(3)]
    [Description("Peak learning rate."), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Decoupled weight decay (AdamW) or L2 (SGD), at least 0; biases and batch norms have none.</summary>
    [Id(4)]
    [Description("Decoupled (AdamW) or L2 (SGD); biases and batch norms have none."), Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Momentum of SGD, 0 to below 1.</summary>
    [Id(5)]
    [Description("Momentum of SGD."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Share of the steps with linear warm-up, 0 to below 1; cosine decay to zero follows.</summary>
    [Id(6)]
    [Description("Share of the steps with linear warm-up; cosine decay to zero follows."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double WarmUp { get; init; } = 0.1;

    /// <summary>Decay of the averaged weights that are evaluated, 0 (off) to below 1.</summary>
    [Id(7)]
    [Description("Decay of the averaged weights that are evaluated; 0 is off."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double EmaDecay { get; init; }

    /// <summary>Largest gradient norm, at least 0; 0 does not clip.</summary>
    [Id(8)]
    [Description("Largest gradient norm; 0 does not clip."), Range(0.0, 1e6)]
    public double ClipNorm { get; init; } = 10;

    /// <summary>Whether pictures are flipped horizontally half of the time.</summary>
    [Id(9)]
    [Description("Flip pictures horizontally half of the time.")]
    public bool Flip { get; init; } = true;

    /// <summary>Whether random SSD crops with a minimum IoU are taken.</summary>
    [Id(10)]
    [Description("Random SSD crops with a minimum IoU.")]
    public bool Crop { get; init; } = true;

    /// <summary>Whether pictures are placed on larger canvases (SSD expand).</summary>
    [Id(11)]
    [Description("Place pictures on larger canvases (SSD expand).")]
    public bool Expand { get; init; }

    /// <summary>Whether brightness, contrast, saturation and hue vary.</summary>
    [Id(12)]
    [Description("Vary brightness, contrast, saturation and hue.")]
    public bool Photometric { get; init; }

    /// <summary>Weight of the distillation loss against the dense detector, at least 0; 0 is off.</summary>
    [Id(13)]
    [Description("Weight of the distillation loss against the dense detector; 0 is off."), Range(0.0, 1000.0)]
    public double Distillation { get; init; }

    /// <summary>Number type of convolutions: <c>float32</c>, <c>bfloat16</c>, or <c>auto</c>: bfloat16 on processors that compute with it.</summary>
    [Id(14)]
    [Description("Number type of convolutions; weights stay float32. `auto` is bfloat16 on processors that compute with it.")]
    [AllowedValues("auto", "float32", "bfloat16")]
    public string Precision { get; init; } = "auto";

    /// <summary>Whether half of the pictures are put together from four.</summary>
    [Id(15)]
    [Description("Put half of the pictures together from four.")]
    public bool Mosaic { get; init; }

    /// <summary>Weight of the box term within the distillation loss, at least 0; 0 leaves the class term alone.</summary>
    [Id(16)]
    [Description("Weight of the box term within the distillation loss; 0 leaves the class term alone."), Range(0.0, 1000.0)]
    public double DistillationBoxes { get; init; } = 1;

    /// <summary>
    /// Whether the optimizer's state is kept for the next stage, and begun with that of the stage before, cut like the weights.
    /// Averaged weights (<see cref="EmaDecay"/>) always go on: they are the weights that the next stage starts from.
    /// </summary>
    [Id(20)]
    [Description("Keep the optimizer's state for the next stage, and begin with that of the stage before, cut like the weights.")]
    public bool CarryOptimizer { get; init; }

    /// <summary>Preparation for the pruning that follows; <see langword="null"/> for none.</summary>
    [Id(21)]
    [Description("Pull channels towards zero where a pruning follows; none when left out.")]
    public RegularisationSettings? Regularisation { get; init; }

    /// <summary>The same training before a pruning: what it prepares for is what that one prunes.</summary>
    public FineTuneSettings Before(PruneSettings pruning) => Regularisation is { } r
        ? this with { Regularisation = r with { Groups = pruning.Groups, Protect = pruning.Protect } } : this;
}
