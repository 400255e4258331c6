using System.Buffers;
using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>What concerns several settings of a search file: checks it, and fills in what follows from others.</summary>
/// <param name="reader">Takes the errors.</param>
/// <param name="root">What the file says, and where.</param>
internal sealed class SearchFileRules(DocumentReader reader, Values root)
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>The settings of a search.</summary>
    public SearchSettings Search()
    {
        var (settings, growing) = (Base(), new StrategyRules(reader, root));
        growing.RequireOne();
        RequireSteps(settings);
        var prune = settings.Strategy is { } strategy ? Prune(settings, strategy.Space) : Prune(settings, root.Mapping("pruning"), null);
        settings = growing.Require(settings) with
        {
            Prune = prune,
            Variants = [.. root.Mappings("variants").Select(v => Variant(settings, v))],
        };
        settings = settings with { FineTune = settings.FineTune?.Before(prune) };
        RequireDifferent(settings.Variants.SelectMany(v => v.BySize().Select(s => s.Name)), "variants");
        RequireSizes(settings);
        if (settings.Export is not null && settings.Measure.Engine == MeasuringEngine.Torch)
        {
            reader.Error(root.Mapping("export").At("int8"),
                "export.int8 is true, but measure.engine is 'torch', which does not run integer models, expected onnxruntime");
        }
        RequireMeasuring(settings);
        new ScheduleRules(reader, root).Require(settings);
        return settings;
    }

    /// <summary>The settings of a search without what it tries.</summary>
    public SearchSettings Base()
    {
        var settings = root.Create<SearchSettings>(reader);
        RequireData(settings.Data);
        RequireDetector(settings.Detector, root.Mapping("detector"));
        if (root.Has("seed") && root.Has("seeds"))
        {
            reader.Error(root.At("seeds"), "the search file has both seed and seeds, expected one of them");
        }
        return settings with { Detector = settings.Detector with { FineTune = settings.Detector.FineTune?.Before(settings.Prune) } };
    }

    public DataSource Data()
    {
        var data = root.Mapping("data").Create<DataSource>(reader);
        RequireData(data);
        return data;
    }

    private void RequireData(DataSource data)
    {
        if (data is DataSource.Annotated { OtherClasses: OtherClasses.Ignore, Classes: null })
        {
            reader.Error(root.Mapping("data").At("other-classes"), "data.other-classes is 'ignore', but there is no list of classes, expected data.classes");
        }
        foreach (var (setting, key) in data is DataSource.Stored stored ? stored.Keys() : [])
        {
            if (key.Length != 64 || key.AsSpan().ContainsAnyExcept(LowerHex))
            {
                reader.Error(
                    root.Mapping("data").At(setting), $"data.{setting} is '{key}', expected 64 lower-case hexadecimal digits, as data push shows them");
            }
        }
    }

    private void RequireDetector(DetectorSource detector, Values v)
    {
        bool weights = detector.Weights is not null, labels = detector.Labels is not null, specified = detector.WeightsDetector is not null;
        if (weights && labels == specified)
        {
            reader.Error(v.At("weights"), $"detector.weights stands with {(labels ? "both" : "neither")} of labels and weights-detector, expected one of them");
        }
        if (!weights && (labels || specified))
        {
            reader.Error(v.At(labels ? "labels" : "weights-detector"), "there are no weights that this belongs to, expected detector.weights");
        }
        if (weights && detector.BackboneWeights is not null)
        {
            reader.Error(v.At("backbone-weights"), "the detector has both weights and backbone-weights, expected one of them");
        }
        if (!weights && detector.FineTune is null)
        {
            reader.Error(v.At("weights"), "the detector has neither weights nor fine-tune, expected at least one of them: random weights detect nothing");
        }
    }

    private VariantSettings Variant(SearchSettings settings, Values variant)
    {
        var pruning = root.Mapping("pruning").With(variant.Has("pruning") ? variant.Mapping("pruning") : null);
        var prune = Prune(settings with { Prune = pruning.Create<PruneSettings>(reader) }, pruning, variant.Mapping("pruning"));
        var tuning = root.Mapping("fine-tune").With(variant.Has("fine-tune") ? variant.Mapping("fine-tune") : null);
        bool trains = root.Has("fine-tune") || variant.Has("fine-tune");
        if (trains && !tuning.Has("steps"))
        {
            reader.Error(variant.At("fine-tune"), $"{variant.PathOf("fine-tune")} lacks 'steps', and the file has no fine-tune that it could come from, " +
                "expected the number of optimizer steps");
        }
        return variant.Create<VariantSettings>(reader) with { Prune = prune, FineTune = trains ? tuning.Create<FineTuneSettings>(reader).Before(prune) : null };
    }

    // All that may be chosen is checked: what a space says holds instead of what stands in the file.
    private PruneSettings Prune(SearchSettings settings, SpaceSettings space)
    {
        var all = root.Mapping("pruning").With(root.Mapping("search").Mapping("space"));
        if (space.BlockProblem(settings.Prune) is { } blocks)
        {
            reader.Error(all.At(blocks.Key), $"{all.PathOf(blocks.Key)}: {blocks.Problem}");
            return settings.Prune;
        }
        foreach (var one in space.Tightest(settings.Prune))
        {
            Prune(settings with { Prune = one }, all, null);
        }
        return settings.Prune with { Ratio = space.HighestLevel };
    }

    private PruneSettings Prune(SearchSettings settings, Values all, Values? variant)
    {
        double level = settings.HighestLevel;
        var prune = settings.Prune with { Ratio = level };
        if (prune.BlockProblem is { } problem)
        {
            reader.Error(all.At("groups"), $"{all.PathOf("groups")[..^"groups".Length]}{problem}");
        }
        if (prune.Target == PruneTarget.Channels && level > prune.MaxGroupRatio && !prune.Groups.Contains(GroupSelector.Blocks))
        {
            var at = variant?.Has("max-group-ratio") == true ? variant.At("max-group-ratio") : HighestAt(settings);
            reader.Error(at, FormattableString.Invariant(
                $"level {level} cannot be reached, expected at most {all.PathOf("max-group-ratio")}, which is {prune.MaxGroupRatio}"));
        }
        try
        {
            var groups = DetectorCatalog.Build(settings.Detector.Template).Network.Groups.Select(g => g.Name).ToList();
            var kinds = EnumNames.Of<ChannelGroupKind>();
            RequireGroups(all, "groups", prune.Groups, [GroupSelector.All, GroupSelector.Blocks, .. kinds], groups);
            RequireGroups(all, "protect", prune.Protect ?? [], kinds, groups);
        }
        catch (ArgumentException e)
        {
            reader.Error(root.At("detector"), e.Message);
        }
        return prune;
    }

    private Mark HighestAt(SearchSettings settings) =>
        settings.Strategy is null ? root.Mapping("trajectories").At("levels") : root.Mapping("search").Mapping("space").At("level");

    // The number of steps may stand in the space instead.
    private void RequireSteps(SearchSettings settings)
    {
        var tuning = root.Mapping("fine-tune");
        if (root.Has("fine-tune") && !tuning.Has("steps") && settings.Strategy?.Space.Find("steps") is null)
        {
            reader.Error(tuning.At("steps"), $"fine-tune lacks 'steps', expected {SettingsSection.Of<FineTuneSettings>().Common[0].Type.Expected}");
        }
    }

    private void RequireGroups(Values v, string key, IReadOnlyList<string> names, IReadOnlyList<string> words, IReadOnlyList<string> groups)
    {
        foreach (string name in names.Where(n => !words.Contains(n) && !groups.Contains(n)))
        {
            string near = Nearest.To(name, [.. words, .. groups]) is { } n ? $"; did you mean '{n}'?" : "";
            reader.Error(v.At(key), $"{v.PathOf(key)} has '{name}', expected {string.Join(", ", words)} or the name of a group of the detector{near}");
        }
    }

    private void RequireSizes(SearchSettings settings)
    {
        var sized = settings.Variants.Zip(root.Mappings("variants"), (v, at) => (Sizes: v.InputSizes, At: at));
        if (settings.Strategy is { Space: var space })
        {
            sized = sized.Append((space.InputSizes, root.Mapping("search").Mapping("space")));
        }
        foreach (var (size, at) in sized.SelectMany(s => s.Sizes.Select(size => (size, s.At))))
        {
            try
            {
                DetectorCatalog.Build(settings.Detector.Template with { InputSize = size });
            }
            catch (ArgumentException e)
            {
                reader.Error(at.At("input-size"), $"{at.PathOf("input-size")}: {e.Message}");
            }
        }
    }

    private void RequireMeasuring(SearchSettings settings)
    {
        var at = root.Mapping("measure");
        RequireDeviceClasses(root, "device-class", [settings.DeviceClass]);
        RequireDeviceClasses(at, "on", settings.Measure.On);
        if (settings.Measure is { On.Count: > 0, Engine: not MeasuringEngine.OnnxRuntime and var engine })
        {
            reader.Error(at.At("on"), $"measure.on has device classes, but measure.engine is '{EnumNames.Of(engine)}', which does not run exported files, " +
                $"expected {EnumNames.Of(MeasuringEngine.OnnxRuntime)}");
        }
    }

    // A device class is a name as a worker's settings have it.
    private void RequireDeviceClasses(Values at, string key, IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            try
            {
                DeviceClasses.Require(name);
            }
            catch (ArgumentException e)
            {
                reader.Error(at.At(key), $"{at.PathOf(key)}: {e.Message}");
            }
        }
    }

    private void RequireDifferent(IEnumerable<string> names, string key)
    {
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
        {
            reader.Error(root.At(key), $"two {key} are named '{twice}', expected different names");
        }
    }
}
