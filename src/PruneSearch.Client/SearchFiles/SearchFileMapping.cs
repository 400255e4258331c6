using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns values into the records of a search and checks what concerns several of them.</summary>
internal sealed class SearchFileMapping(DocumentReader reader, Values root, string path)
{
    private readonly FilePaths _paths = new(reader, path);
    private readonly Values _empty = new(new Section([]), default);
    private readonly PruningMapping _pruning = new(reader, root);

    /// <summary>The search file; errors go to the reader.</summary>
    public SearchFile Map(string text)
    {
        var trajectories = root.Optional<Values>("trajectories") ?? _empty;
        IReadOnlyList<double> levels = [.. trajectories.List<object>("levels").Cast<double>().Order()];
        var detector = root.Optional<Values>("detector") ?? _empty;
        var source = Detector(detector);
        var fineTune = FineTuneMapping.Map(root.Optional<Values>("fine-tune"), _pruning);
        var prune = _pruning.Map(levels, trajectories.At("levels"), source.Template);
        var variants = new VariantsMapping(reader, root, _pruning).Map(levels, trajectories.At("levels"), source.Template);
        bool trains = variants.Count == 0 ? fineTune is not null : variants.All(v => v.FineTune is not null);
        var schedules = new ScheduleMapping(reader, trajectories).Map(levels, trains);
        var seeds = Seeds();
        if (reader.Errors.Count == 0)
        {
            RequireSize(trajectories, levels, schedules, variants.Count, seeds.Count);
        }
        return new SearchFile
        {
            Path = path,
            Text = text,
            Name = root.Text("name"),
            Data = MapData(),
            Detector = source,
            BaseFineTune = FineTuneMapping.Map(detector.Optional<Values>("fine-tune"), _pruning),
            Prune = prune,
            FineTune = fineTune,
            Variants = variants,
            Levels = levels,
            Schedules = schedules,
            Objectives = [.. root.List<object>("objectives").Cast<string>().Select(Words.Parse<Objective>)],
            Measure = Measure(root.Optional<Values>("measure") ?? new Values(Section("measure"), default)),
            Export = Export(root.Optional<Values>("export")),
            Seeds = seeds,
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
            Data = MapData(),
            Detector = Detector(detector),
            FineTune = FineTuneMapping.Map(detector.Optional<Values>("fine-tune"), _pruning) ?? new FineTuneSettings { Steps = 1 },
            Measure = Measure(root.Optional<Values>("measure") ?? new Values(Section("measure"), default)),
            Seed = Seeds()[0],
        };
    }

    /// <summary>The part of the file that concerns the data; errors go to the reader.</summary>
    public DataSource MapData() => new DataMapping(reader, _paths).Map(root.Optional<VariantValues>("data")!);

    private IReadOnlyList<int> Seeds()
    {
        if (root.Has("seed") && root.Has("seeds"))
        {
            reader.Error(root.At("seeds"), "the search file has both seed and seeds, expected one of them");
        }
        return root.Has("seeds") ? [.. root.List<object>("seeds").Cast<int>()] : [root.Value<int>("seed")];
    }

    // Variants, seeds, levels and schedules multiply: what no cluster could hold is refused before any picture is read.
    private void RequireSize(Values trajectories, IReadOnlyList<double> levels, List<ScheduleSettings> schedules, int variants, int seeds)
    {
        long times = Math.Max(1, variants) * (long)seeds, count = seeds, stages = seeds;
        int longest = schedules.Where(s => s.Kind == ScheduleKind.Iterative).Select(s => s.RatiosTo(levels[^1]).Count).DefaultIfEmpty(1).Max();
        foreach (var s in schedules)
        {
            count += times * (s.Kind == ScheduleKind.DenseControl ? 1 : levels.Count);
            stages += times * (s.Kind switch
            {
                ScheduleKind.Iterative => levels.Sum(level => 1 + s.RatiosTo(level).Count),
                ScheduleKind.DenseControl => 1 + longest,
                _ => 2 * levels.Count,
            });
        }
        if (count > Planner.MaxTrajectories || stages > Planner.MaxStages)
        {
            reader.Error(trajectories.At("schedules"), FormattableString.Invariant(
                $"{Math.Max(1, variants)} variant(s) × {seeds} seed(s) × {levels.Count} level(s) × {schedules.Count} schedule(s) make {count} trajectories of {stages} stages, expected at most {Planner.MaxTrajectories} of {Planner.MaxStages}"));
        }
    }

    private DetectorSource Detector(Values v)
    {
        var source = new DetectorSource
        {
            Template = (DetectorCatalog.Find(v.Text("architecture")).Template with { InputSize = v.Value<int>("input-size") })
                .WithOption("widthMultiplier", v.Value<double>("width-multiplier")).WithOption("extras", v.Text("extras")).WithOption("heads", v.Text("heads")),
            Weights = _paths.ExistingFile(v, "weights"),
            Labels = _paths.ExistingFile(v, "labels"),
            WeightsDetector = _paths.ExistingFile(v, "weights-detector"),
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

    private static Section Section(string key) => ((KeyType.Mapping)SearchFileKeys.Root.Find(key)!.Type).Section;
}
