using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using PruneSearch.Core.Detectors;

namespace PruneSearch.Core.Stages;

/// <summary>
/// One prune → compensate → fine-tune → evaluate iteration, described so completely that its result follows from it.
/// The first stage of every trajectory has a <see cref="Base"/> and no parent; the others have a parent and no base.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.StageDescription")]
public sealed record StageDescription
{
    /// <summary>Key of the stage whose detector this one starts from; <see langword="null"/> for the base detector.</summary>
    [Id(0)]
    public string? Parent { get; init; }

    /// <summary>Where the detector comes from, when there is no parent.</summary>
    [Id(1)]
    public BaseSettings? Base { get; init; }

    /// <summary>Data sets, by manifest hash.</summary>
    [Id(2)]
    public required DataSettings Data { get; init; }

    /// <summary>What is pruned; <see langword="null"/> prunes nothing (dense control, base, longer budget).</summary>
    [Id(3)]
    public PruneSettings? Prune { get; init; }

    /// <summary>How it is trained afterwards; <see langword="null"/> trains nothing.</summary>
    [Id(4)]
    public FineTuneSettings? FineTune { get; init; }

    /// <summary>How speed is measured.</summary>
    [Id(5)]
    public required MeasureSettings Measure { get; init; }

    /// <summary>Seed of everything random in the stage; combined with the key of the stage.</summary>
    [Id(6)]
    public int Seed { get; init; }

    /// <summary>What is exported beside the float model; <see langword="null"/> for nothing.</summary>
    [Id(20)]
    public ExportSettings? Export { get; init; }

    /// <summary>The stage's identity: SHA-256 of its canonical JSON, which contains its parent's key. 64 hexadecimal digits.</summary>
    public string ComputeKey() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, CoreJson.Canonical)));

    /// <summary>
    /// The identity of the stage's pruning alone: stages that prune the same detector alike and differ only in what follows have
    /// the same one. How speed is measured counts where a pruning depends on it. 64 hexadecimal digits.
    /// </summary>
    public string ComputePruningKey() =>
        (this with { FineTune = null, Export = null, Measure = Prune?.Target == "latency" ? Measure : new MeasureSettings() }).ComputeKey();
}

/// <summary>Where the base detector comes from.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.BaseSettings")]
public sealed record BaseSettings
{
    /// <summary>The detector to build, with the classes of the data.</summary>
    [Id(0)]
    public required DetectorSpec Detector { get; init; }

    /// <summary>SHA-256 of the pretrained weights in the checkpoint store; <see langword="null"/> starts from random weights.</summary>
    [Id(1)]
    public string? WeightsSha256 { get; init; }

    /// <summary>The detector that the pretrained weights belong to, with its own class names.</summary>
    [Id(2)]
    public DetectorSpec? WeightsDetector { get; init; }

    /// <summary>Training pictures whose statistics fill re-inserted batch norms, 8 or more.</summary>
    [Id(3)]
    public int CalibrationImages { get; init; } = 64;
}

/// <summary>The data of a stage.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.DataSettings")]
public sealed record DataSettings
{
    /// <summary>Manifest hash of the training split.</summary>
    [Id(0)]
    public required string Train { get; init; }

    /// <summary>Manifest hash of the validation split, on which mAP is computed.</summary>
    [Id(1)]
    public required string Validation { get; init; }

    /// <summary>
    /// Bound of decoded training pictures that are kept in memory, in bytes, at least 0; 0 keeps none. It changes no
    /// result, so it is no part of the stage's identity.
    /// </summary>
    [Id(2), JsonIgnore]
    public long CacheBytes { get; init; } = DefaultCacheBytes;

    /// <summary>Default of <see cref="CacheBytes"/>.</summary>
    public const long DefaultCacheBytes = 1L << 30;
}

/// <summary>How to prune.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.PruneSettings")]
public sealed record PruneSettings
{
    /// <summary>
    /// Share of the dense detector's <see cref="Target"/> that is gone after this stage: above 0 and below 1. Cumulative. For
    /// channels it counts within the selected groups, for the other targets over the whole detector.
    /// </summary>
    [Id(0)]
    public required double Ratio { get; init; }

    /// <summary>Importance criterion by name, for example <c>l2</c>. The default keeps the most accuracy (docs/pruning.md).</summary>
    [Id(1)]
    public string Criterion { get; init; } = "obs";

    /// <summary>How channels of different groups compete: <c>global</c>, <c>local</c> or <c>isomorphic</c>.</summary>
    [Id(2)]
    public string Ranking { get; init; } = "global";

    /// <summary>Kinds (<c>hidden</c>, <c>residual</c>, <c>neck</c>, <c>stem</c>, <c>head</c>) or names of prunable groups.</summary>
    [Id(3)]
    public IReadOnlyList<string> Groups { get; init; } = ["hidden"];

    /// <summary>Largest share of a group's dense channels that may go: above 0 and below 1.</summary>
    [Id(4)]
    public double MaxGroupRatio { get; init; } = 0.9;

    /// <summary>Widths stay multiples of this where the dense width is one; 1 to 64.</summary>
    [Id(5)]
    public int RoundTo { get; init; } = 8;

    /// <summary>Whether the readers of pruned channels are re-solved by least squares.</summary>
    [Id(6)]
    public bool Compensate { get; init; } = true;

    /// <summary>Training pictures for data-driven criteria and compensation; 8 or more.</summary>
    [Id(7)]
    public int CalibrationImages { get; init; } = 96;

    /// <summary>How the scores of a group's tensors become one score a channel: <c>mean</c>, <c>sum</c> or <c>max</c>.</summary>
    [Id(8)]
    public string Reduction { get; init; } = "mean";

    /// <summary>
    /// How scores are made comparable between groups: <c>none</c>, <c>mean</c>, <c>max</c>, <c>gaussian</c>, or <c>auto</c>:
    /// none for <c>obs</c>, whose scores are comparable as they are, and mean for the others.
    /// </summary>
    [Id(9)]
    public string Normalisation { get; init; } = "auto";

    /// <summary>What scores are divided by: <c>none</c>, or the <c>macs</c>, <c>parameters</c> or <c>memory</c> that a channel of the group costs.</summary>
    [Id(10)]
    public string PerCost { get; init; } = "none";

    /// <summary>What <see cref="Ratio"/> is a share of: <c>channels</c>, <c>parameters</c>, <c>macs</c> or measured <c>latency</c>.</summary>
    [Id(11)]
    public string Target { get; init; } = "channels";

    /// <summary>Channels that every selected group keeps at least, 1 or more; groups that are narrower keep what they have.</summary>
    [Id(12)]
    public int MinWidth { get; init; } = 1;

    /// <summary>
    /// Kinds or names of groups that lose nothing, whatever <see cref="Groups"/> says. <see langword="null"/> protects residual
    /// chains unless <see cref="Groups"/> names them: every block of a chain reads them, so they hurt most and save least.
    /// </summary>
    [Id(13)]
    public IReadOnlyList<string>? Protect { get; init; }

    /// <summary>Whether batch norms get their statistics anew from the calibration pictures after pruning.</summary>
    [Id(16)]
    public bool Recalibrate { get; init; }
}

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

/// <summary>How to measure speed.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.MeasureSettings")]
public sealed record MeasureSettings
{
    /// <summary>Key of the dense base stage that the speed-up compares with; <see langword="null"/> on the base itself.</summary>
    [Id(0)]
    public string? Baseline { get; init; }

    /// <summary><c>onnxruntime</c> or <c>torch</c>.</summary>
    [Id(1)]
    public string Engine { get; init; } = "onnxruntime";

    /// <summary>Threads within the network, at least 1.</summary>
    [Id(2)]
    public int Threads { get; init; } = 1;

    /// <summary>Time limit of one measurement in seconds, above 0.</summary>
    [Id(3)]
    public double MaxSeconds { get; init; } = 10;
}
