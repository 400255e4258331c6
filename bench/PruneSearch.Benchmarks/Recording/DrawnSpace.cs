using System.Globalization;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Benchmarks.Recording;

/// <summary>
/// The space of bench/spaces/drawn-pictures.json.gz: what may be chosen, and the stages that a choice means. Pruning and training are stages of
/// their own, so that what trajectories share is as long as can be: one iteration of an iterative schedule is a one-shot pruning to that
/// level and its first rung.
/// </summary>
/// <param name="classes">Classes of the pictures.</param>
/// <param name="data">Hashes of the pictures.</param>
internal sealed class DrawnSpace(IReadOnlyList<string> classes, DataSettings data)
{
    public const int InputSize = 64;

    /// <summary>Optimizer steps at each rung since the pruning.</summary>
    public static readonly int[] Rungs = [0, 4, 12, 36];

    /// <summary>The order in which levels are recorded: the first ones tell the most.</summary>
    public static readonly string[] Order = ["0.8", "0.6", "0.4", "0.2", "0.7", "0.5", "0.3", "0.1", "0.75"];

    public static readonly SearchSpace Space = new()
    {
        Hyperparameters =
        [
            new ChoiceHyperparameter { Name = "level", Values = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.75", "0.8"], Ordered = true },
            new ChoiceHyperparameter { Name = "schedule", Values = ["one-shot", "iterative"], When = new Condition("level", ["0.4", "0.6", "0.8"]) },
            new ChoiceHyperparameter { Name = "criterion", Values = ["obs", "l1-readers", "taylor"] },
            new ChoiceHyperparameter { Name = "compensate", Values = ["false", "true"] },
            new ChoiceHyperparameter { Name = "learning-rate", Values = ["0.0005", "0.002", "0.008"], Ordered = true },
            new ChoiceHyperparameter { Name = "distillation", Values = ["0", "0.5", "2"], Ordered = true },
        ],
    };

    /// <summary>The detector before pruning.</summary>
    public StageDescription Base { get; } = new()
    {
        Base = new BaseSettings
        {
            Detector = SsdFamily.Spec(classes, new() { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable }) with { InputSize = InputSize },
        },
        Data = data,
        FineTune = Training(0.004, 0) with { Steps = 1500, BatchSize = 16 },
        Measure = new MeasureSettings { MaxSeconds = 0.5 },
        Seed = 1,
    };

    /// <summary>The stages of a configuration after the base, those of each rung after the rung before.</summary>
    public IReadOnlyList<IReadOnlyList<StageDescription>> StagesOf(Configuration configuration)
    {
        var chosen = Space.Describe(configuration).ToDictionary();
        double Number(string name) => double.Parse(chosen[name], CultureInfo.InvariantCulture);
        double level = Number("level");
        int iterations = chosen.GetValueOrDefault("schedule") == "iterative" ? 2 : 1;
        var tune = Training(Number("learning-rate"), Number("distillation"));
        var prune = new PruneSettings
        {
            Ratio = level,
            Groups = ["hidden", "neck"],
            Criterion = EnumNames.Parse<Criterion>(chosen["criterion"]),
            Compensate = chosen["compensate"] == "true",
            CalibrationImages = 16,
            RoundTo = 4,
        };
        var parent = Base.ComputeKey();
        StageDescription Next(PruneSettings? pruning, int steps)
        {
            var stage = new StageDescription
            {
                Parent = parent,
                Data = data,
                Prune = pruning,
                FineTune = steps == 0 ? null : tune with { Steps = steps },
                Measure = Base.Measure with { Baseline = Base.ComputeKey() },
                Seed = Base.Seed,
            };
            parent = stage.ComputeKey();
            return stage;
        }
        var untrained = new List<StageDescription>();
        for (int i = 1; i <= iterations; i++)
        {
            untrained.Add(Next(prune with { Ratio = Math.Round(level * i / iterations, 6) }, 0));
            if (i < iterations)
            {
                untrained.Add(Next(null, Rungs[1]));
            }
        }
        return [untrained, .. Enumerable.Range(1, Rungs.Length - 1).Select(r => (StageDescription[])[Next(null, Rungs[r] - Rungs[r - 1])])];
    }

    private static FineTuneSettings Training(double learningRate, double distillation) => new()
    {
        Steps = 1,
        BatchSize = 8,
        LearningRate = learningRate,
        Crop = false,
        EmaDecay = 0,
        Distillation = distillation,
        Precision = Precision.Full,
    };
}
