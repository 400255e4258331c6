namespace PruneSearch.Core.Stages;

/// <summary>How to train.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.FineTuneSettings")]
public sealed record FineTuneSettings
{
    /// <summary>Optimizer steps, at least 1.</summary>
    [Id(0)]
    public required int Steps { get; init; }

    /// <summary>Pictures a step, at least 1.</summary>
    [Id(1)]
    public int BatchSize { get; init; } = 8;

    /// <summary><c>adamw</c> or <c>sgd</c>.</summary>
    [Id(2)]
    public string Optimizer { get; init; } = "adamw";

    /// <summary>Peak learning rate, above 0.</summary>
    [Id(3)]
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Decoupled weight decay (AdamW) or L2 (SGD), at least 0; biases and batch norms have none.</summary>
    [Id(4)]
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Momentum of SGD, 0 to below 1.</summary>
    [Id(5)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Share of the steps with linear warm-up, 0 to below 1; cosine decay to zero follows.</summary>
    [Id(6)]
    public double WarmUp { get; init; } = 0.1;

    /// <summary>Decay of the averaged weights that are evaluated, 0 (off) to below 1.</summary>
    [Id(7)]
    public double EmaDecay { get; init; }

    /// <summary>Largest gradient norm, at least 0; 0 does not clip.</summary>
    [Id(8)]
    public double ClipNorm { get; init; } = 10;

    /// <summary>Whether pictures are flipped horizontally half of the time.</summary>
    [Id(9)]
    public bool Flip { get; init; } = true;

    /// <summary>Whether random SSD crops with a minimum IoU are taken.</summary>
    [Id(10)]
    public bool Crop { get; init; } = true;

    /// <summary>Whether pictures are placed on larger canvases (SSD expand).</summary>
    [Id(11)]
    public bool Expand { get; init; }

    /// <summary>Whether brightness, contrast, saturation and hue vary.</summary>
    [Id(12)]
    public bool Photometric { get; init; }

    /// <summary>Weight of the distillation loss against the dense detector, at least 0; 0 is off.</summary>
    [Id(13)]
    public double Distillation { get; init; }

    /// <summary>Number type of convolutions: <c>float32</c>, <c>bfloat16</c>, or <c>auto</c>: bfloat16 on processors that compute with it.</summary>
    [Id(14)]
    public string Precision { get; init; } = "auto";

    /// <summary>Whether half of the pictures are put together from four.</summary>
    [Id(15)]
    public bool Mosaic { get; init; }

    /// <summary>Weight of the box term within the distillation loss, at least 0; 0 leaves the class term alone.</summary>
    [Id(16)]
    public double DistillationBoxes { get; init; } = 1;

    /// <summary>
    /// Whether the optimizer's state is kept for the next stage, and begun with that of the stage before, cut like the weights.
    /// Averaged weights (<see cref="EmaDecay"/>) always go on: they are the weights that the next stage starts from.
    /// </summary>
    [Id(20)]
    public bool CarryOptimizer { get; init; }

    /// <summary>Preparation for the pruning that follows; <see langword="null"/> for none.</summary>
    [Id(21)]
    public RegularisationSettings? Regularisation { get; init; }
}
