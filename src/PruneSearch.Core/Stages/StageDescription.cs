using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Core.Stages;

/// <summary>
/// One prune → compensate → fine-tune → evaluate iteration, described so completely that its result follows from it.
/// The first stage of every trajectory has a <see cref="Base"/> and no parent; the others have a parent and no base. One with
/// <see cref="MeasureOn"/> makes no detector: it measures its parent's on another device.
/// </summary>
[GenerateSerializer, Immutable, Alias("prunesearch.StageDescription")]
public sealed record StageDescription
{
    /// <summary>Key of the stage whose detector this one starts from; <see langword="null"/> for the base detector.</summary>
    [Id(0)]
    public StageKey? Parent { get; init; }

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

    /// <summary>
    /// Edge of the detector's input in pixels from this stage on, with the weights as they are; <see langword="null"/> keeps the parent's, and then
    /// does not count in the keys of stages.
    /// </summary>
    [Id(21), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? InputSize { get; init; }

    /// <summary>
    /// Device class whose slots measure the exported model of <see cref="Parent"/>, and do nothing else; <see langword="null"/> for a stage that makes
    /// a detector, and then does not count in the keys of stages.
    /// </summary>
    [Id(30), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MeasureOn { get; init; }

    /// <summary>
    /// Device class whose slots make the detector and measure it; <see langword="null"/> for <see cref="DeviceClasses.Cpu"/>, and then does not count in
    /// the keys of stages.
    /// </summary>
    [Id(31), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeviceClass { get; init; }

    /// <summary>
    /// The training that all stages of the trajectory are parts of; <see langword="null"/> where this one's stands by itself, and then does not count in
    /// the keys of stages.
    /// </summary>
    [Id(32), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingPart? PartOf { get; init; }

    /// <summary>Device class whose slots run the stage.</summary>
    [JsonIgnore]
    public string SlotClass => MeasureOn ?? DeviceClass ?? DeviceClasses.Cpu;

    /// <summary>The measurement of this stage's exported model, and of its integer form where it has one, beside the dense one on another device.</summary>
    /// <param name="key">This stage's key.</param>
    /// <param name="deviceClass">Whose slots measure.</param>
    public StageDescription Measured(StageKey key, string deviceClass) =>
        new() { Parent = key, Data = Data, Measure = Measure with { On = [] }, Export = Export, Seed = 0, MeasureOn = deviceClass };

    /// <summary>The stage's identity: SHA-256 of its canonical JSON, which contains its parent's key.</summary>
    public StageKey ComputeKey() => StageKey.Of(JsonSerializer.SerializeToUtf8Bytes(this, CoreJson.Canonical));

    /// <summary>
    /// The identity of the stage's pruning alone: stages that prune the same detector alike and differ only in what follows have
    /// the same one. How speed is measured counts where a pruning depends on it.
    /// </summary>
    public StageKey ComputePruningKey() =>
        (this with
        {
            FineTune = null,
            PartOf = null,
            Export = null,
            Measure = Prune?.Target == PruneTarget.Latency ? Measure : new MeasureSettings(),
        }).ComputeKey();
}
