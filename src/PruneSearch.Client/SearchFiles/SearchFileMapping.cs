using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns values into the records of a search and checks what concerns several of them.</summary>
internal sealed class SearchFileMapping(DocumentReader reader, Values root, string path)
{
    private static readonly string[] IterationKeys = ["step", "iterations", "ratios"];
    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly Values _empty = new(new Section([]), default);
    private readonly PruningMapping _pruning = new(reader, root);

    /// <summary>The search file; errors go to the reader.</summary>
    public SearchFile Map(string text)
    {
        var trajectories = root.Optional<Values>("trajectories") ?? _empty;
        IReadOnlyList<double> levels = [.. trajectories.List<object>("levels").Cast<double>().Order()];
        var detector = root.Optional<Values>("detector") ?? _empty;
        var source = Detector(detector);
        return new SearchFile
        {
            Path = path,
            Text = text,
            Name = root.Text("name"),
            Data = Data(root.Optional<VariantValues>("data")!),
            Detector = source,
            BaseFineTune = FineTune(detector.Optional<Values>("fine-tune")),
            Prune = _pruning.Map(levels, trajectories.At("levels"), source.Template),
            FineTune = FineTune(root.Optional<Values>("fine-tune")),
            Levels = levels,
            Schedules = Schedules(trajectories, levels),
            Objectives = [.. root.List<object>("objectives").Cast<string>().Select(Words.Parse<Objective>)],
            Measure = Measure(root.Optional<Values>("measure") ?? new Values(Section("measure"), default)),
            Export = Export(root.Optional<Values>("export")),
            Seed = root.Value<int>("seed"),
        };
    }

    /// <summary>The part of the file that concerns the base detector; errors go to the reader.</summary>
    public TrainingFile MapTraining()
    {
        var detector = root.Optional<Values>("detector") ?? _empty;
        if (!detector.Has("fine-tune"))
        {
            reader.Error(root.At("detector"), "detector lacks 'fine-tune', expected how it is trained");
        }
        return new TrainingFile
        {
            Path = path,
            Data = Data(root.Optional<VariantValues>("data")!),
            Detector = Detector(detector),
            FineTune = FineTune(detector.Optional<Values>("fine-tune")) ?? new FineTuneSettings { Steps = 1 },
            Measure = Measure(root.Optional<Values>("measure") ?? new Values(Section("measure"), default)),
            Seed = root.Value<int>("seed"),
        };
    }

    /// <summary>The part of the file that concerns the data; errors go to the reader.</summary>
    public DataSource MapData() => Data(root.Optional<VariantValues>("data")!);

    private DataSource Data(VariantValues data)
    {
        var v = data.Values;
        DataSource source = data.Word switch
        {
            "coco" => new DataSource.Coco(CocoSplit(v.Optional<Values>("train")!), CocoSplit(v.Optional<Values>("validation")!)),
            "voc" => new DataSource.Voc(Folder(v, "root"), v.Text("train"), v.Text("validation")),
            "yolo" => new DataSource.Yolo(Folder(v, "root"), v.Text("train"), v.Text("validation")),
            _ => new DataSource.Shapes(v.Value<int>("train"), v.Value<int>("validation"), v.Value<int>("size"), v.Value<int>("seed")),
        };
        source = source with { CacheBytes = (long)v.Value<int>("cache-mib") << 20 };
        if (source is DataSource.Shapes)
        {
            return source;
        }
        var classes = v.Has("classes") ? v.List<string>("classes") : null;
        bool ignore = v.Text("other-classes") == "ignore";
        if (ignore && classes is null)
        {
            reader.Error(v.At("other-classes"), "data.other-classes is 'ignore', but there is no list of classes, expected data.classes");
        }
        return source with { Classes = classes, IgnoreOtherClasses = ignore };
    }

    private CocoSplit CocoSplit(Values v) => new(ExistingFile(v, "annotations")!, Folder(v, "images"));

    private DetectorSource Detector(Values v)
    {
        var source = new DetectorSource
        {
            Template = new DetectorSpec
            {
                Architecture = v.Text("architecture"),
                InputSize = v.Value<int>("input-size"),
                WidthMultiplier = v.Value<double>("width-multiplier"),
                Extras = v.Word<ExtraLayerStyle>("extras"),
                Heads = v.Word<HeadStyle>("heads"),
                Classes = ["object"],
            },
            Weights = ExistingFile(v, "weights"),
            Labels = ExistingFile(v, "labels"),
            WeightsDetector = ExistingFile(v, "weights-detector"),
            CalibrationImages = v.Value<int>("calibration-images"),
        };
        if (v.Has("weights") && v.Has("labels") == v.Has("weights-detector"))
        {
            reader.Error(v.At("weights"), $"detector.weights stands with {(v.Has("labels") ? "both" : "neither")} of labels and weights-detector, expected one of them");
        }
        if (!v.Has("weights") && (v.Has("labels") || v.Has("weights-detector")))
        {
            reader.Error(v.At(v.Has("labels") ? "labels" : "weights-detector"), "there are no weights that this belongs to, expected detector.weights");
        }
        if (!v.Has("weights") && !v.Has("fine-tune"))
        {
            reader.Error(v.At("weights"), "the detector has neither weights nor fine-tune, expected at least one of them: random weights detect nothing");
        }
        return source;
    }

    private List<ScheduleSettings> Schedules(Values trajectories, IReadOnlyList<double> levels)
    {
        var schedules = trajectories.List<VariantValues>("schedules").Select(Schedule).ToList();
        if (!schedules.Any(s => s.Kind == ScheduleKind.Iterative) && schedules.FirstOrDefault(s => s.Budget == OneShotBudget.SameTotal) is { } alone)
        {
            reader.Error(trajectories.At("schedules"), $"'{alone.Name}' has budget 'same-total', but there is no schedule whose total it could match, expected an iterative one");
        }
        if (schedules.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            reader.Error(trajectories.At("schedules"), $"two schedules are named '{twice.Key}', expected different names");
        }
        if (schedules.Any(s => s.Kind == ScheduleKind.DenseControl) && !root.Has("fine-tune"))
        {
            reader.Error(trajectories.At("schedules"), "a dense-control is only fine-tuned, expected the key fine-tune");
        }
        foreach (var s in schedules.Where(s => s is { Kind: ScheduleKind.Iterative, Step: not null, } && levels[^1] / s.Step > 1000))
        {
            reader.Error(trajectories.At("schedules"), FormattableString.Invariant($"'{s.Name}' takes more than 1000 iterations of {s.Step} to level {levels[^1]}, expected a larger step"));
        }
        return schedules;
    }

    private ScheduleSettings Schedule(VariantValues schedule)
    {
        var v = schedule.Values;
        var kind = Words.Parse<ScheduleKind>(schedule.Word);
        var budget = kind == ScheduleKind.OneShot ? v.Word<OneShotBudget>("budget") : OneShotBudget.OneIteration;
        string name = v.Optional<string>("name") ?? (budget == OneShotBudget.SameTotal ? "one-shot-total" : schedule.Word);
        if (kind != ScheduleKind.Iterative)
        {
            return new ScheduleSettings { Kind = kind, Name = name, Budget = budget };
        }
        string[] said = [.. IterationKeys.Where(v.Has)];
        if (said.Length != 1)
        {
            reader.Error(v.At("step"), $"the iterative schedule has {(said.Length == 0 ? "none" : string.Join(" and ", said))}, expected exactly one of step, iterations and ratios");
        }
        IReadOnlyList<double>? ratios = v.Has("ratios") ? [.. v.List<object>("ratios").Cast<double>()] : null;
        if (ratios is not null && !ratios.SequenceEqual(ratios.Order()))
        {
            reader.Error(v.At("ratios"), "the ratios are not sorted, expected ascending ones");
        }
        if (v.Has("shape") && !v.Has("iterations"))
        {
            reader.Error(v.At("shape"), "shape says how iterations differ, expected the key iterations with it");
        }
        return new ScheduleSettings
        {
            Kind = kind,
            Name = name,
            Step = v.OptionalValue<double>("step"),
            Iterations = v.OptionalValue<int>("iterations"),
            Shape = v.Word<ScheduleShape>("shape"),
            Ratios = ratios,
        };
    }

    private static MeasureSettings Measure(Values v) => new() { Engine = v.Text("engine"), Threads = v.Value<int>("threads"), MaxSeconds = v.Value<double>("max-seconds") };

    private ExportSettings? Export(Values? v)
    {
        if (v is null || !v.Value<bool>("int8"))
        {
            return null; // whatever else it says belongs to the integer model
        }
        if (root.Optional<Values>("measure")?.Text("engine") is "torch")
        {
            reader.Error(v.At("int8"), "export.int8 is true, but measure.engine is 'torch', which does not run integer models, expected onnxruntime");
        }
        return new ExportSettings { Quantise = true, CalibrationImages = v.Value<int>("calibration-images"), WeightBits = v.Value<int>("weight-bits") };
    }

    private FineTuneSettings? FineTune(Values? v) => v is null ? null : new FineTuneSettings
    {
        Steps = v.Value<int>("steps"),
        BatchSize = v.Value<int>("batch-size"),
        Optimizer = v.Text("optimizer"),
        LearningRate = v.Value<double>("learning-rate"),
        WeightDecay = v.Value<double>("weight-decay"),
        Momentum = v.Value<double>("momentum"),
        WarmUp = v.Value<double>("warm-up"),
        EmaDecay = v.Value<double>("ema-decay"),
        ClipNorm = v.Value<double>("clip-norm"),
        Flip = v.Value<bool>("flip"),
        Crop = v.Value<bool>("crop"),
        Expand = v.Value<bool>("expand"),
        Photometric = v.Value<bool>("photometric"),
        Mosaic = v.Value<bool>("mosaic"),
        Distillation = v.Value<double>("distillation"),
        DistillationBoxes = v.Value<double>("distillation-boxes"),
        Precision = v.Text("precision"),
        CarryOptimizer = v.Value<bool>("carry-optimizer"),
Regularisation = _pruning.Regularisation(v.Optional<Values>("regularisation")),
    };

    private static Section Section(string key) => ((KeyType.Mapping)SearchFileKeys.Root.Find(key)!.Type).Section;

    private string? ExistingFile(Values v, string key)
    {
        if (!v.Has(key))
        {
            return null;
        }
        string file = Path.GetFullPath(v.Text(key), _folder);
        if (!File.Exists(file))
        {
            reader.Error(v.At(key), $"{key} '{v.Text(key)}' ({file}) does not exist, expected a file");
        }
        return file;
    }

    private string Folder(Values v, string key)
    {
        string folder = Path.GetFullPath(v.Text(key), _folder);
        if (!Directory.Exists(folder))
        {
            reader.Error(v.At(key), $"{key} '{v.Text(key)}' ({folder}) does not exist, expected a folder");
        }
        return folder;
    }
}
