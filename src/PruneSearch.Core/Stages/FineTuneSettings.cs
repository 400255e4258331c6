using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>How a detector is trained: the base at first, and every pruned one after its pruning.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.FineTuneSettings")]
public sealed record FineTuneSettings
{
    /// <summary>More than one iteration where a budget asks for it.</summary>
    [Id(0)]
    [Description("Optimizer steps of one iteration."), Range(1, 10_000_000)]
    public required int Steps { get; init; }

    /// <summary>One gradient step sees them together.</summary>
    [Id(1)]
    [Description("Pictures a step."), Range(1, 1024)]
    public int BatchSize { get; init; } = 8;

    /// <summary>What turns gradients into steps.</summary>
    [Id(2)]
    [Description("`adamw`, or `sgd` with momentum.")]
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>At the end of the warm-up.</summary>
    [Id(3)]
    [Description("Peak learning rate, at the end of the warm-up."), Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Of kernels alone.</summary>
    [Id(4)]
    [Description("Weight decay: decoupled with AdamW, L2 with SGD; biases and batch norms have none."), Range(0.0, 1.0)]
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>For <see cref="OptimizerKind.Sgd"/>.</summary>
    [Id(5)]
    [Description("Momentum of SGD."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>As a share of <see cref="Steps"/>.</summary>
    [Id(6)]
    [Description("Share of the steps with linear warm-up; cosine decay to zero follows."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double WarmUp { get; init; } = 0.1;

    /// <summary>The averages are what later stages start from.</summary>
    [Id(7)]
    [Description("Decay of the averaged weights that are evaluated; 0 is off."), Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double EmaDecay { get; init; }

    /// <summary>Joint L2 norm of all gradients.</summary>
    [Id(8)]
    [Description("Largest norm of all gradients together; larger ones are scaled down. 0 does not clip."), Range(0.0, 1e6)]
    public double ClipNorm { get; init; } = 10;

    /// <summary>Half of the pictures are mirrored.</summary>
    [Id(9)]
    [Description("Flip pictures horizontally half of the time.")]
    public bool Flip { get; init; } = true;

    /// <summary>Liu et al. 2016, section 3.6.</summary>
    [Id(10)]
    [Description("Train on random crops that keep a minimum IoU with an object (SSD).")]
    public bool Crop { get; init; } = true;

    /// <summary>Liu et al. 2016, section 3.6.</summary>
    [Id(11)]
    [Description("Place pictures on larger canvases, so that objects become small (SSD).")]
    public bool Expand { get; init; }

    /// <summary>Howard 2013.</summary>
    [Id(12)]
    [Description("Vary brightness, contrast, saturation and hue.")]
    public bool Photometric { get; init; }

    /// <summary>Bochkovskiy et al. 2020.</summary>
    [Id(15)]
    [Description("Put half of the pictures together from four.")]
    public bool Mosaic { get; init; }

    /// <summary>Ge et al. 2021, as their code does it.</summary>
    [Id(22)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Description("Shift hue by up to 10 degrees, saturation and value by up to 12 % (YOLOX); instead of `photometric`, or with it.")]
    public bool Hsv { get; init; }

    /// <summary>Ge et al. 2021: .5 for the small members of the family.</summary>
    [Id(23)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Description("Show pictures up to this share smaller or larger than what fits, at a random place (YOLOX); 0 is off. Mosaics have sizes of their own.")]
    [Range(0.0, 0.9)]
    public double Resize { get; init; }

    /// <summary>Against the dense detector, which has no teacher itself.</summary>
    [Id(13)]
    [Description("Weight of the distillation loss against the dense detector; 0 is off."), Range(0.0, 1000.0)]
    public double Distillation { get; init; }

    /// <summary>A factor of one term of <see cref="Distillation"/>, not a loss of its own.</summary>
    [Id(16)]
    [Description("Weight of the box term within the distillation loss; 0 leaves the class term alone."), Range(0.0, 1000.0)]
    public double DistillationBoxes { get; init; } = 1;

    /// <summary>Of its own, beside <see cref="Distillation"/>; see Romero et al. 2015.</summary>
    [Id(24)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Description("Weight of the distance between the feature maps of the pruned and the dense detector, on channels that both have; 0 is off.")]
    [Range(0.0, 1000.0)]
    public double DistillationFeatures { get; init; }

    /// <summary>Weights and their updates are float32 always.</summary>
    [Id(14)]
    [Description("Number type of convolutions in training; weights stay float32. `auto` is float32; bfloat16 costs accuracy, tf32 is for NVIDIA GPUs.")]
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>As detectors that learn from few pictures a step are often trained (Ren et al. 2015; torchvision's frozen batch norms).</summary>
    [Id(25)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [Description("Batch norms keep their running means and variances in training; their scales and shifts still learn.")]
    public bool FreezeNorms { get; init; }

    /// <summary>Averaged weights (<see cref="EmaDecay"/>) always go on: they are what the next stage starts from.</summary>
    [Id(20)]
    [Description("Keep the optimizer's state for the next stage, and begin with that of the stage before, cut like the weights.")]
    public bool CarryOptimizer { get; init; }

    /// <summary>Preparation for the pruning that follows.</summary>
    [Id(21)]
    [Description("Pull channels towards zero where a pruning follows; none when left out.")]
    public RegularisationSettings? Regularisation { get; init; }

    /// <summary>Whether the dense detector teaches.</summary>
    public bool HasTeacher() => Distillation > 0 || DistillationFeatures > 0;

    /// <summary>The same training without a teacher.</summary>
    public FineTuneSettings WithoutTeacher() => this with { Distillation = 0, DistillationFeatures = 0 };

    /// <summary>The same training before a pruning: what it prepares for is what that one prunes.</summary>
    public FineTuneSettings Before(PruneSettings pruning) => Regularisation is { } r
        ? this with { Regularisation = r with { Groups = pruning.Groups, Protect = pruning.Protect } } : this;
}
