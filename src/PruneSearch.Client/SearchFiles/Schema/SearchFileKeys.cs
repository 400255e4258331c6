using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using static PruneSearch.Client.SearchFiles.Schema.KeyType;

namespace PruneSearch.Client.SearchFiles.Schema;

/// <summary>
/// Every key of the search file, in one place: the reader, the JSON schema and the tables of the guide follow from it.
/// </summary>
internal static class SearchFileKeys
{
    private const int MaxSteps = 10_000_000;
    private static readonly Number Share = new(0, 1, MinExclusive: true, MaxExclusive: true);

    /// <summary>Importance criteria (see PruneSearch.Pruning).</summary>
    public static readonly IReadOnlyList<string> Criteria = ["activation", "bn", "fisher", "fpgm", "l1", "l1-readers", "l2", "l2-readers", "obs", "random", "taylor"];

    /// <summary>What selects every group, but for residual chains.</summary>
    public const string AllGroups = "all";

    private static readonly Section Regularisation = new(
    [
        new("kind", new Choice(["group-lasso", "bn-scale"]), "Pull everything that belongs to a channel towards zero, or only the scales of its batch norms.") { Required = true },
        new("strength", new Number(0, 1, MinExclusive: true), "How far each channel's norm is pulled in all, as a share of the mean norm in its group.") { Default = 0.2 },
        new("share", new Number(0, 1, MinExclusive: true), "Share of the steps, the last ones, during which it pulls.") { Default = 0.5 },
    ]);

    /// <summary>One training.</summary>
    public static readonly Section FineTune = new(
    [
        new("steps", new Integer(1, MaxSteps), "Optimizer steps of one iteration.") { Required = true },
        new("batch-size", new Integer(1, 1024), "Pictures a step.") { Default = 8 },
        new("optimizer", new Choice(["adamw", "sgd"]), "AdamW, or SGD with momentum.") { Default = "adamw" },
        new("learning-rate", new Number(0, 10, MinExclusive: true), "Peak learning rate.") { Default = 5e-4 },
        new("weight-decay", new Number(0, 1), "Decoupled (AdamW) or L2 (SGD); biases and batch norms have none.") { Default = 1e-4 },
        new("momentum", new Number(0, 1, MaxExclusive: true), "Momentum of SGD.") { Default = 0.9 },
        new("warm-up", new Number(0, 1, MaxExclusive: true), "Share of the steps with linear warm-up; cosine decay to zero follows.") { Default = 0.1 },
        new("ema-decay", new Number(0, 1, MaxExclusive: true), "Decay of the averaged weights that are evaluated; 0 is off.") { Default = 0.0 },
        new("clip-norm", new Number(0, 1e6), "Largest gradient norm; 0 does not clip.") { Default = 10.0 },
        new("flip", new Flag(), "Flip pictures horizontally half of the time.") { Default = true },
        new("crop", new Flag(), "Random SSD crops with a minimum IoU.") { Default = true },
        new("expand", new Flag(), "Place pictures on larger canvases (SSD expand).") { Default = false },
        new("photometric", new Flag(), "Vary brightness, contrast, saturation and hue.") { Default = false },
        new("mosaic", new Flag(), "Put half of the pictures together from four.") { Default = false },
        new("distillation", new Number(0, 1000), "Weight of the distillation loss against the dense detector; 0 is off.") { Default = 0.0 },
        new("distillation-boxes", new Number(0, 1000), "Weight of the box term within the distillation loss; 0 leaves the class term alone.") { Default = 1.0 },
        new("precision", new Choice(["auto", "float32", "bfloat16"]), "Number type of convolutions; weights stay float32. `auto` is bfloat16 on processors that compute with it.") { Default = "auto" },
        new("carry-optimizer", new Flag(), "Keep the optimizer's state for the next stage, and begin with that of the stage before, cut like the weights.") { Default = false },
        new("regularisation", new Mapping(Regularisation), "Pull channels towards zero where a pruning follows; none when left out."),
    ]);

    private static readonly Section CocoSplit = new(
    [
        new("annotations", new FilePath(), "The JSON file.") { Required = true },
        new("images", new FilePath(), "Folder that its file names are relative to.") { Required = true },
    ]);

    private const string TestSplit = "Test split, which only `report` looks at; none when left out.";
    private const string TestName = "Name of the test split, which only `report` looks at; none when left out.";

    private static readonly Key Classes = new("classes", new Several(new Text(), 1), "Class names in the order of the detector's outputs; those of the annotations when left out.");

    private static readonly Key OtherClasses = new("other-classes", new Choice(["refuse", "ignore"]), "What to do with objects of classes that are not in `classes`.") { Default = "refuse" };

    private static readonly Key CacheMib = new("cache-mib", new Integer(0, 1 << 20), "Memory for decoded training pictures, in MiB; 0 keeps none. It changes no result.") { Default = 1024 };

    private static readonly Variant Data = new("format",
    [
        ("coco", new([
            new("train", new Mapping(CocoSplit), "Training split.") { Required = true },
            new("validation", new Mapping(CocoSplit), "Validation split, on which mAP is computed.") { Required = true },
            new("test", new Mapping(CocoSplit), TestSplit),
            Classes, OtherClasses, CacheMib,
        ])),
        ("voc", new([
            new("root", new FilePath(), "Folder with `ImageSets`, `Annotations` and `JPEGImages`.") { Required = true },
            new("train", new Text(), "Name of the training split's list under `ImageSets/Main`.") { Default = "train" },
            new("validation", new Text(), "Name of the validation split's list.") { Default = "val" },
            new("test", new Text(), TestName),
            Classes, OtherClasses, CacheMib,
        ])),
        ("yolo", new([
            new("root", new FilePath(), "Folder with `images/<split>`, `labels/<split>` and `classes.txt`.") { Required = true },
            new("train", new Text(), "Name of the training split.") { Default = "train" },
            new("validation", new Text(), "Name of the validation split.") { Default = "val" },
            new("test", new Text(), TestName),
            Classes, OtherClasses, CacheMib,
        ])),
        ("shapes", new([
            new("train", new Integer(1, 100_000), "Pictures to draw for training.") { Default = 256 },
            new("validation", new Integer(1, 100_000), "Pictures to draw for validation.") { Default = 64 },
            new("test", new Integer(1, 100_000), "Pictures to draw for testing, which only `report` looks at; none when left out."),
            new("size", new Integer(64, 1024), "Edge of the pictures in pixels.") { Default = 160 },
            new("seed", new Integer(0, int.MaxValue), "Seed of the drawing.") { Default = 1 },
            CacheMib,
        ])),
    ]);

    private static readonly Section Detector = new(
    [
        new("architecture", new Choice([.. DetectorCatalog.Names]), "The detector to build.") { Default = DetectorCatalog.Names[0] },
        new("input-size", new Integer(32, 4096), "Edge of the square input in pixels.") { Default = 300 },
        new("width-multiplier", new Number(0, 8, MinExclusive: true), "Backbone width multiplier.") { Default = 1.0 },
        new("extras", new Choice(Words.Of<ExtraLayerStyle>()), "Feature layers after the backbone: full 3×3 or depthwise separable convolutions.") { Default = "full" },
        new("heads", new Choice(Words.Of<HeadStyle>()), "Prediction heads: 1×1, full 3×3 or depthwise separable (SSDLite) convolutions.") { Default = "pointwise" },
        new("weights", new FilePath(), "Pretrained weights (safetensors); a random start when left out. Needs `labels` or `weights-detector`."),
        new("labels", new FilePath(), "Names of the weights' class outputs, one a line, background first; for weights with folded batch norms."),
        new("weights-detector", new FilePath(), "The `detector.json` that the weights belong to, as a search saves it beside them."),
        new("calibration-images", new Integer(8, 4096), "Training pictures whose statistics fill re-inserted batch norms.") { Default = 64 },
        new("fine-tune", new Mapping(FineTune), "Training before anything is pruned; none when left out. Needed for a random start."),
    ]);

    private static readonly Section Pruning = new(
    [
        new("groups", new Several(new Text(), 1), "Kinds (`hidden`, `residual`, `neck`, `stem`, `head`) or names of the channel groups to prune, or `all`.") { Default = new[] { "hidden" } },
        new("protect", new Several(new Text(), 0), "Kinds or names of groups that lose nothing all the same; `[residual]` when left out, unless `groups` names residual chains."),
        new("target", new Choice(["channels", "parameters", "macs", "latency"]), "What levels are shares of: channels of the groups, or parameters, MACs or measured latency of the whole detector.") { Default = "channels" },
        new("criterion", new Choice(Criteria), "Importance of a channel.") { Default = "obs" },
        new("reduction", new Choice(["mean", "sum", "max"]), "How the scores of the tensors that hold a channel become one.") { Default = "mean" },
        new("normalisation", new Choice(["auto", "none", "mean", "max", "gaussian"]), "How scores of different groups are made comparable; `auto` is `none` for `obs` and `mean` for the others.") { Default = "auto" },
        new("per-cost", new Choice(["none", "macs", "parameters", "memory"]), "What scores are divided by: nothing, or what a channel of the group costs.") { Default = "none" },
        new("ranking", new Choice(["global", "local", "isomorphic"]), "How channels of different groups compete: all together, within each group, or among groups of one kind.") { Default = "global" },
        new("max-group-ratio", Share, "Largest share of a group's channels that may go.") { Default = 0.9 },
        new("min-width", new Integer(1, 4096), "Channels that every group keeps at least.") { Default = 1 },
        new("round-to", new Integer(1, 64), "Widths stay multiples of this.") { Default = 8 },
        new("compensate", new Flag(), "Re-solve the readers of pruned channels by least squares.") { Default = true },
        new("calibration-images", new Integer(8, 4096), "Training pictures for data-driven criteria and compensation.") { Default = 96 },
        new("recalibrate", new Flag(), "Give batch norms their statistics anew from the calibration pictures after pruning.") { Default = false },
    ]);

    private static readonly Key ScheduleName = new("name", new Identifier(32), "What its trajectories' names begin with; its kind when left out, `one-shot-total` with `budget: same-total`.");

    private static readonly Variant Schedule = new("kind",
    [
        ("one-shot", new([
            new("budget", new Choice(Words.Of<OneShotBudget>()), "Fine-tune once as long as one iteration, or as long as the first iterative schedule does in all.") { Default = "one-iteration" },
            ScheduleName,
        ])),
        ("iterative", new([
            new("step", Share, "Share of channels that each iteration removes."),
            new("iterations", new Integer(1, 1000), "Iterations to each level."),
            new("shape", new Choice(Words.Of<ScheduleShape>()), "Iterations of equal size, of an equal share of what is left, or large ones first (AGP); stands with `iterations`.") { Default = "linear" },
            new("ratios", new Several(Share, 1), "Cumulative shares, ascending; a trajectory takes those below its level, then its level."),
            ScheduleName,
        ])),
        ("dense-control", new([ScheduleName])),
    ]);

    private static readonly Section Trajectories = new(
    [
        new("levels", new Several(Share, 1), "Shares of `pruning.target` to remove: one trajectory a level and schedule.") { Required = true },
        new("schedules", new Several(Schedule, 1), "How to get there.") { Required = true },
    ]);

    private static readonly Section Measure = new(
    [
        new("engine", new Choice(["onnxruntime", "torch"]), "What runs the exported network.") { Default = "onnxruntime" },
        new("threads", new Integer(1, 256), "Threads within the network.") { Default = 1 },
        new("max-seconds", new Number(0, 3600, MinExclusive: true), "Time limit of one measurement.") { Default = 10.0 },
    ]);

    private static readonly Section Export = new(
    [
        new("int8", new Flag(), "Quantise every model to 8-bit integers too: further points of the frontier, with an accuracy and a latency of their own.") { Default = false },
        new("calibration-images", new Integer(1, 4096), "Training pictures that the ranges of activations come from.") { Default = 96 },
        new("weight-bits", new Integer(7, 8), "Bits of a weight; 7 for x86 processors without VNNI, which would saturate.") { Default = 8 },
    ]);

    /// <summary>One variant: what it says holds instead of what the file says.</summary>
    public static readonly Section SearchVariant = new(
    [
        new("name", new Identifier(24), "What its trajectories' names begin with.") { Required = true },
        new("pruning", new Mapping(Overriding(Pruning)), "Keys of `pruning` that hold instead in this variant."),
        new("fine-tune", new Mapping(Overriding(FineTune)), "Keys of `fine-tune` that hold instead in this variant."),
    ]);

    /// <summary>The whole file.</summary>
    public static readonly Section Root = new(
    [
        new("name", new Identifier(40), "What you call the search; its identifier begins with it.") { Required = true },
        new("data", Data, "Pictures and annotations.") { Required = true },
        new("detector", new Mapping(Detector), "The detector that every trajectory starts from.") { Required = true },
        new("pruning", new Mapping(Pruning), "How channels are removed."),
        new("fine-tune", new Mapping(FineTune), "Training after each pruning; none when left out."),
        new("variants", new Several(new Mapping(SearchVariant), 1), "Ways to prune and train that are tried beside one another; one way when left out."),
        new("trajectories", new Mapping(Trajectories), "What to try.") { Required = true },
        new("objectives", new Several(new Choice(Words.Of<Objective>()), 2), "What the frontier weighs.") { Default = new[] { "map50", "latency" } },
        new("measure", new Mapping(Measure), "How speed is measured."),
        new("export", new Mapping(Export), "What is exported beside the float model."),
        new("seed", new Integer(0, int.MaxValue), "Seed of everything random.") { Default = 1 },
        new("seeds", new Several(new Integer(0, int.MaxValue), 1), "Instead of `seed`: every trajectory once for each."),
    ]);

    /// <summary>The same file when only its base detector is trained.</summary>
    public static readonly Section Training = new([.. Root.Keys.Select(k => k with { Required = k.Required && k.Name != "trajectories" })]);

    /// <summary>The same file when only its data is read.</summary>
    public static readonly Section DataOnly = new([.. Root.Keys.Select(k => k with { Required = k.Name == "data" })]);

    // What a variant leaves out, the file may say: nothing is required, and defaults are those of the whole.
    private static Section Overriding(Section section) => new([.. section.Keys.Select(k => k with { Required = false, Default = null })]);

    /// <summary>Words for kinds of groups.</summary>
    public static IReadOnlyList<string> GroupKinds => Words.Of<ChannelGroupKind>();
}
