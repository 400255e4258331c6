using System.Text.Json.Serialization;
using PruneSearch.Core.Networks;

namespace PruneSearch.Core.Stages;

/// <summary>What a finished stage tells.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.StageReport")]
public sealed record StageReport
{
    /// <summary>Key of the stage; its detector, weights and exported model stand under it in the checkpoint store.</summary>
    [Id(0)]
    public required StageKey Key { get; init; }

    /// <summary>Mean average precision at IoU 0.5 on the validation split, 0 to 1.</summary>
    [Id(1)]
    public required double Map50 { get; init; }

    /// <summary>COCO mAP: mean over IoU 0.5 to 0.95, 0 to 1.</summary>
    [Id(2)]
    public required double Map { get; init; }

    /// <summary>Average precision at IoU 0.5 by class name; NaN where the split has no such object.</summary>
    [Id(3)]
    public required SortedDictionary<string, double> ClassAp50 { get; init; }

    /// <summary>Values that training changes; statistics of batch norms are none.</summary>
    [Id(4)]
    public required long Parameters { get; init; }

    /// <summary>Multiply-accumulate operations for one picture.</summary>
    [Id(5)]
    public required long Macs { get; init; }

    /// <summary>Bytes of the exported model.</summary>
    [Id(6)]
    public required long ModelBytes { get; init; }

    /// <summary>Speed of the exported model, beside the dense one's.</summary>
    [Id(7)]
    public required LatencyReport Latency { get; init; }

    /// <summary>
    /// Channels of the original, the detector that the search was given, and now: in the groups that pruning may take; in all where nothing was
    /// pruned, by the stage or one before it.
    /// </summary>
    [Id(8)]
    public required ChannelCount Channels { get; init; }

    /// <summary>Always <see langword="null"/>: nothing evaluates before fine-tuning. It stays for silos and readers of files that know it.</summary>
    [Id(9)]
    public double? Map50BeforeFineTune { get; init; }

    /// <summary>Loss at the last optimizer step (mean over the last steps); <see langword="null"/> where nothing was trained.</summary>
    [Id(10)]
    public double? FinalLoss { get; init; }

    /// <summary>Optimizer steps of this stage.</summary>
    [Id(11)]
    public int TrainedSteps { get; init; }

    /// <summary>
    /// What convolutions were trained with: float32 or bfloat16. <see langword="null"/> where nothing was trained, and in reports from before that was noted.
    /// </summary>
    [Id(25)]
    public Precision? TrainedIn { get; init; }

    /// <summary>Wall-clock seconds by part (restore, prune, compensate, fine-tune, evaluate, export, measure, save).</summary>
    [Id(12)]
    public required SortedDictionary<string, double> Seconds { get; init; }

    /// <summary>Things a user should know that were no reason to stop.</summary>
    [Id(13)]
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>SHA-256 of the weights file.</summary>
    [Id(14)]
    public required string WeightsSha256 { get; init; }

    /// <summary>Largest resident memory of the process during the stage, in bytes.</summary>
    [Id(15)]
    public long PeakMemoryBytes { get; init; }

    /// <summary>The same detector with 8-bit integers; <see langword="null"/> where that was not asked for.</summary>
    [Id(20)]
    public ModelScore? Quantised { get; init; }

    /// <summary>What is done before and after the network; <see langword="null"/> where it was not measured.</summary>
    [Id(21)]
    public ProcessingTimes? Processing { get; init; }

    /// <summary>When the stage's work was done, by its worker's clock; <see langword="null"/> in reports from before that was noted.</summary>
    [Id(22)]
    public DateTimeOffset? Finished { get; init; }

    /// <summary>
    /// Channels of the unpruned network and now, in all groups: what was gone before the search counts too. <see langword="null"/> in reports from before that
    /// was noted.
    /// </summary>
    [Id(24)]
    public ChannelCount? Unpruned { get; init; }

    /// <summary>Threads of the slot that finished the stage, on a CPU: with others the last digits of sums, and so the weights, differ. 0 on a GPU.</summary>
    [Id(23)]
    public int Threads { get; init; }

    /// <summary>Edge of the detector's input in pixels; 0 in reports from before that was noted.</summary>
    [Id(33)]
    public int InputSize { get; init; }

    /// <summary>
    /// Key of the stage whose model was measured, where nothing else was done: then all but the figures of speed is that stage's.
    /// <see langword="null"/> for a stage that made a model.
    /// </summary>
    [Id(40), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StageKey? Measures { get; init; }

    /// <summary>As <see cref="ModelScore.Map50Interval"/>.</summary>
    [Id(30)]
    public ConfidenceInterval? Map50Interval { get; init; }

    /// <summary>As <see cref="ModelScore.MapInterval"/>.</summary>
    [Id(31)]
    public ConfidenceInterval? MapInterval { get; init; }

    /// <summary>As <see cref="ModelScore.Map50BeyondDense"/>.</summary>
    [Id(32)]
    public ConfidenceInterval? Map50BeyondDense { get; init; }

    /// <summary>Accuracy, size and speed of the float model.</summary>
    [JsonIgnore]
    public ModelScore Score
    {
        get => new()
        {
            Map50 = Map50,
            Map = Map,
            ClassAp50 = ClassAp50,
            ModelBytes = ModelBytes,
            Latency = Latency,
            Map50Interval = Map50Interval,
            MapInterval = MapInterval,
            Map50BeyondDense = Map50BeyondDense,
        };
        init
        {
            (Map50, Map, ClassAp50, ModelBytes, Latency) = (value.Map50, value.Map, value.ClassAp50, value.ModelBytes, value.Latency);
            (Map50Interval, MapInterval, Map50BeyondDense) = (value.Map50Interval, value.MapInterval, value.Map50BeyondDense);
        }
    }
}

/// <summary>How many channels there were and are.</summary>
[GenerateSerializer, Alias("prunesearch.ChannelCount")]
public readonly record struct ChannelCount([property: Id(0)] int Dense, [property: Id(1)] int Now)
{
    /// <summary>The channels of all groups of a network.</summary>
    public static ChannelCount Of(Network network) => new(network.Groups.Sum(g => g.DenseWidth), network.Groups.Sum(g => g.Width));

    /// <summary>Share that is gone, 0 to 1.</summary>
    public double Removed => Dense == 0 ? 0 : 1.0 - (double)Now / Dense;
}

/// <summary>Measured speed of one model on one device, side by side with the dense model.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.LatencyReport")]
public sealed record LatencyReport
{
    /// <summary>Median milliseconds of the network alone, batch 1.</summary>
    [Id(0)]
    public required double Milliseconds { get; init; }

    /// <summary>90th percentile in milliseconds (MLPerf SingleStream).</summary>
    [Id(1)]
    public required double Percentile90 { get; init; }

    /// <summary>Median of the dense model measured in turns with it, in milliseconds.</summary>
    [Id(2)]
    public required double DenseMilliseconds { get; init; }

    /// <summary>
    /// Time of the dense model over that of this one, above 1 is faster than dense: the geometric mean over sessions of the median over rounds.
    /// </summary>
    [Id(3)]
    public required double SpeedUp { get; init; }

    /// <summary>Lower end of the 95 % confidence interval of the speed-up, from its scatter between sessions.</summary>
    [Id(4)]
    public required double SpeedUpLow { get; init; }

    /// <summary>Upper end of the 95 % confidence interval of the speed-up, from its scatter between sessions.</summary>
    [Id(5)]
    public required double SpeedUpHigh { get; init; }

    /// <summary>Timed runs of each model.</summary>
    [Id(6)]
    public required int Runs { get; init; }

    /// <summary>Whether the interval became narrow enough before the time limit.</summary>
    [Id(7)]
    public required bool Converged { get; init; }

    /// <summary>What it was measured on; frontiers of different devices are not mixed.</summary>
    [Id(8)]
    public required MeasuringDevice Device { get; init; }

    /// <summary>Time limit that the measurement had, in seconds.</summary>
    [Id(9)]
    public double MaxSeconds { get; init; }

    /// <summary>Times that both models were loaded anew; 0 in reports from before that was done.</summary>
    [Id(10)]
    public int Sessions { get; init; }

    /// <summary>
    /// Speed-up of every session, the median over its rounds, in the order in which they were measured: the samples that the interval follows from.
    /// Empty in reports from before they were kept.
    /// </summary>
    [Id(11)]
    public IReadOnlyList<double> SessionSpeedUps { get; init; } = [];
}

/// <summary>Where a latency was measured.</summary>
/// <param name="Processor">Name of the processor or GPU.</param>
/// <param name="Engine">Engine name and version.</param>
/// <param name="Threads">Threads within the network.</param>
/// <param name="Spinning">Whether threads that wait for one another keep their processor busy meanwhile.</param>
[GenerateSerializer, Alias("prunesearch.MeasuringDevice")]
public sealed record MeasuringDevice(
    [property: Id(0)] string Processor, [property: Id(1)] string Engine, [property: Id(2)] int Threads, [property: Id(3)] bool Spinning = false);
