using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Client.Tests.SearchFiles;

public sealed class SearchFileReaderTests
{
    private const string Valid = """
        name: shapes-test
        data: {format: shapes, train: 32, validation: 8, size: 96}
        detector:
          input-size: 96
          fine-tune: {steps: 10}
        fine-tune: {steps: 5, learning-rate: 1e-3}
        trajectories:
          levels: [0.4, 0.2]
          schedules:
            - {kind: one-shot}
            - {kind: one-shot, budget: same-total}
            - {kind: iterative, step: 0.1}
            - {kind: dense-control}

        """;

    private static SearchSettings Parse(string text) => SearchFileReader.Parse(text, "search.yaml").Settings;

    private static string Error(string text) => Assert.Single(Assert.Throws<SearchFileException>(() => Parse(text)).Errors);

    [Fact]
    public void A_valid_file_is_read_with_the_defaults_of_what_it_leaves_out()
    {
        var file = Parse(Valid);

        Assert.Equal("shapes-test", file.Name);
        Assert.Equal(new DataSource.Shapes { Train = 32, Validation = 8, Size = 96 }, file.Data);
        Assert.Equal(1024, file.Data.CacheMib);
        Assert.Equal(96, file.Detector.Template.InputSize);
        Assert.Equal(10, file.Detector.FineTune!.Steps);
        Assert.Equal((5, 1e-3, 8), (file.FineTune!.Steps, file.FineTune.LearningRate, file.FineTune.BatchSize));
        Assert.Equal([0.2, 0.4], file.Trajectories.Levels);
        Assert.Equal(["one-shot", "one-shot-total", "iterative", "dense-control"], file.Trajectories.Schedules.Select(s => s.Name));
        Assert.Equal(new ScheduleSettings.OneShot { Budget = OneShotBudget.SameTotal }, file.Trajectories.Schedules[1]);
        Assert.Equal([Objective.Map50, Objective.Latency], file.Objectives);
        Assert.Equal(["hidden"], file.Prune.Groups);
        Assert.Equal((1, MeasuringEngine.OnnxRuntime, 10.0), (file.Measure.Threads, file.Measure.Engine, file.Measure.MaxSeconds));
        Assert.Equal([1], file.EverySeed);
        Assert.Empty(file.Variants);
        Assert.Equal(Valid, SearchFileReader.Parse(Valid, "search.yaml").Text);
    }

    [Fact]
    public void Yolo_folders_and_the_bound_of_decoded_pictures_are_read()
    {
        string data = $"data: {{format: yolo, root: {AppContext.BaseDirectory}, train: a, validation: b, cache-mib: 3}}";
        var source = Parse(Valid.Replace("data: {format: shapes, train: 32, validation: 8, size: 96}", data, StringComparison.Ordinal)).Data;

        Assert.Equal(new DataSource.Yolo { Root = Path.GetFullPath(AppContext.BaseDirectory), Train = "a", Validation = "b", CacheMib = 3 }, source);
        Assert.Contains(
            "data.cache-mib is '-1', expected a whole number from 0",
            Error(Valid.Replace("size: 96}", "size: 96, cache-mib: -1}", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_of_the_keys_are_those_of_the_records()
    {
        var file = Parse(Valid);

        Assert.Equal(new FineTuneSettings { Steps = 10 }, file.Detector.FineTune);
        Assert.Equal(new PruneSettings { Ratio = 0.4, Groups = file.Prune.Groups }, file.Prune);
        Assert.Equal(new MeasureSettings(), file.Measure);
        Assert.Equal(new BaseSettings { Detector = file.Detector.Template }.CalibrationImages, file.Detector.CalibrationImages);
    }

    [Fact]
    public void Every_key_of_pruning_reaches_its_setting()
    {
        var file = Parse(Valid
            .Replace("name: shapes-test", "name: shapes-test\npruning: {groups: [all, Conv], protect: [neck], target: macs, criterion: taylor, reduction: " +
                "max, normalisation: gaussian, per-cost: memory, ranking: isomorphic, max-group-ratio: 0.8, min-width: 4, round-to: 16}",
                StringComparison.Ordinal)
            .Replace("learning-rate: 1e-3", "carry-optimizer: true, regularisation: {kind: bn-scale, strength: 0.3, share: 1}", StringComparison.Ordinal)
            .Replace("step: 0.1", "iterations: 4, shape: cubic", StringComparison.Ordinal));

        Assert.Equal(["all", "Conv"], file.Prune.Groups);
        Assert.Equal(["neck"], file.Prune.Protect);
        var prune = file.Prune;
        Assert.Equal(
            (PruneTarget.Macs, Criterion.Taylor, ScoreReduction.Max, ScoreNormalisation.Gaussian, ChannelCost.Memory, ChannelRanking.Isomorphic),
            (prune.Target, prune.Criterion, prune.Reduction, prune.Normalisation, prune.PerCost, prune.Ranking));
        Assert.Equal((0.8, 4, 16), (prune.MaxGroupRatio, prune.MinWidth, prune.RoundTo));
        Assert.True(file.FineTune!.CarryOptimizer);
        Assert.Equal(new RegularisationSettings
        {
            Kind = RegularisationKind.BnScale,
            Strength = 0.3,
            Share = 1,
            Groups = file.FineTune.Regularisation!.Groups,
            Protect = file.FineTune.Regularisation.Protect,
        }, file.FineTune.Regularisation);
        Assert.Equal(prune.Groups, file.FineTune.Regularisation.Groups);
        Assert.Equal(prune.Protect, file.FineTune.Regularisation.Protect);
        Assert.Equal(new ScheduleSettings.Iterative { Iterations = 4, Shape = ScheduleShape.Cubic }, file.Trajectories.Schedules[2]);
        Assert.Null(file.Detector.FineTune!.Regularisation);
    }

    [Fact]
    public void Variants_say_what_holds_instead_and_inherit_the_rest()
    {
        var file = Parse(Valid.Replace("name: shapes-test\n", """
            name: shapes-test
            pruning: {criterion: l2, groups: [hidden, neck]}
            seeds: [3, 1]
            variants:
              - name: classical
                pruning: {compensate: false}
              - name: taught
                pruning: {criterion: obs, groups: [all]}
                fine-tune: {distillation: 2, regularisation: {kind: bn-scale}}

            """, StringComparison.Ordinal));

        Assert.Equal([3, 1], file.EverySeed);
        Assert.Equal(["classical", "taught"], file.Variants.Select(v => v.Name));
        var (classical, taught) = (file.Variants[0], file.Variants[1]);
        Assert.Equal((Criterion.L2, false), (classical.Prune.Criterion, classical.Prune.Compensate));
        Assert.Equal(["hidden", "neck"], classical.Prune.Groups);
        Assert.Equal(file.FineTune, classical.FineTune);
        Assert.Equal((Criterion.Obs, true), (taught.Prune.Criterion, taught.Prune.Compensate));
        Assert.Equal((5, 1e-3, 2.0), (taught.FineTune!.Steps, taught.FineTune.LearningRate, taught.FineTune.Distillation));
        Assert.Equal(["all"], taught.FineTune.Regularisation!.Groups);
        Assert.Equal((Criterion.L2, true), (file.Prune.Criterion, file.Prune.Compensate));
    }

    [Fact]
    public void A_training_takes_the_first_of_several_seeds()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, Valid + "seeds: [4, 2]\n");

        Assert.Equal(4, SearchFileReader.ReadTraining(path).Seed);
        File.Delete(path);
    }

    [Fact]
    public void A_test_split_is_read_where_there_is_one()
    {
        Assert.Equal(
            new DataSource.Shapes { Train = 32, Validation = 8, Size = 96, Test = 5 },
            Parse(Valid.Replace("size: 96}", "size: 96, test: 5}", StringComparison.Ordinal)).Data);
        string yolo = $"data: {{format: yolo, root: {AppContext.BaseDirectory}, test: final}}";
        Assert.Equal("final", Assert.IsType<DataSource.Yolo>(
            Parse(Valid.Replace("data: {format: shapes, train: 32, validation: 8, size: 96}", yolo, StringComparison.Ordinal)).Data).Test);
        Assert.Contains(
            "data.test is '0', expected a whole number from 1",
            Error(Valid.Replace("size: 96}", "size: 96, test: 0}", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("seed: 1\nseeds: [1, 2]", "search.yaml:3:8: the search file has both seed and seeds")]
    [InlineData("seeds: [1, 1]", "search.yaml:2:12: seeds has '1' twice")]
    [InlineData("variants: [{name: a, pruning: {criteron: l2}}]", "search.yaml:2:32: unknown key 'criteron' in variants[0].pruning, expected one of ")]
    [InlineData(
        "variants: [{name: a, prune: {criterion: l2}}]", "search.yaml:2:22: unknown key 'prune' in variants[0], expected one of name, pruning, fine-tune")]
    [InlineData("variants: [{pruning: {criterion: l2}}]", "search.yaml:2:12: variants[0] lacks 'name'")]
    [InlineData("variants: [{name: a}, {name: a}]", "search.yaml:2:11: two variants are named 'a'")]
    [InlineData("variants: [{name: a}, {name: b, pruning: {groups: [hiden]}}]", "search.yaml:2:51: variants[1].pruning.groups has 'hiden'")]
    [InlineData(
        "variants: [{name: a}, {name: b, pruning: {max-group-ratio: 0.3}}]",
        "search.yaml:2:60: level 0.4 cannot be reached, expected at most variants[1].pruning.max-group-ratio, which is 0.3")]
    [InlineData("pruning: {groups: [hiden]}\nvariants: [{name: a}, {name: b, pruning: {criterion: l2}}]", "search.yaml:2:19: pruning.groups has 'hiden'")]
    [InlineData("variants: [{name: a, input-size: 96}]",
        "search.yaml:2:34: variants[0].input-size is '96', expected a list of one or more, each a whole number")]
    [InlineData("variants: [{name: a, input-size: [16]}]", "search.yaml:2:35: variants[0].input-size[0] is '16', expected a whole number from 32 to 4096")]
    [InlineData("variants: [{name: a-64}, {name: a, input-size: [64, 96]}]", "search.yaml:2:11: two variants are named 'a-64'")]
    [InlineData("pruning: {groups: [hidden, blocks], criterion: l2}",
        "search.yaml:2:19: pruning.groups has 'blocks', which are weighed by the error in the detections after compensation, but pruning has criterion l2, ")]
    [InlineData("variants: [{name: a, fine-tune: {steps: 0}}]", "search.yaml:2:41: variants[0].fine-tune.steps is '0'")]
    public void What_is_wrong_with_seeds_and_variants_is_told_once_with_its_place(string lines, string start) =>
        Assert.StartsWith(start, Error(Valid.Replace("name: shapes-test", $"name: shapes-test\n{lines}", StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("yolox", "[192, 200]", "Input size 200 is no multiple of the stride 32; the nearest are 192 and 224.")]
    [InlineData("retinanet", "[300]", "Input size 300 is no multiple of the stride 32; the nearest are 288 and 320.")]
    public void A_size_that_the_family_does_not_take_is_refused_with_the_nearest(string family, string sizes, string message)
    {
        string text = Valid.Replace(
            "detector:\n", $"variants: [{{name: a, input-size: {sizes}}}]\ndetector:\n  architecture: {family}\n", StringComparison.Ordinal);
        Assert.Contains($"variants[0].input-size: {message}", Error(text), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_alone_may_train_but_then_says_how_long()
    {
        const string Own = "fine-tune: {steps: 5, learning-rate: 1e-3}\n";
        string Without(string variants) =>
            Valid.Replace(Own, $"variants: [{variants}]\n", StringComparison.Ordinal).Replace("    - {kind: dense-control}\n", "", StringComparison.Ordinal);

        Assert.Equal(7, Parse(Without("{name: a, fine-tune: {steps: 7}}")).Variants[0].FineTune!.Steps);
        Assert.Null(Parse(Without("{name: a}")).Variants[0].FineTune);
        Assert.Contains("variants[0].fine-tune lacks 'steps'", Error(Without("{name: a, fine-tune: {flip: false}}")), StringComparison.Ordinal);
        Assert.Contains(
            "a dense-control is only fine-tuned",
            Error(Valid.Replace(Own, "variants: [{name: a, fine-tune: {steps: 7}}, {name: b}]\n", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void More_trajectories_than_a_search_can_hold_are_refused()
    {
        string seeds = $"seeds: [{string.Join(", ", Enumerable.Range(1, 2000))}]\n";

        // 2000 seeds of the base, 2 levels of 3 schedules, and the dense control.
        Assert.Contains(
            "1 variant(s) × 2000 seed(s) × 2 level(s) × 4 schedule(s) make 16000 trajectories of 44000 stages, expected at most 10000",
            Error(Valid + seeds),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Integer_models_are_made_when_asked_for()
    {
        Assert.Null(Parse(Valid).Export);
        Assert.Null(Parse(Valid + "export: {int8: false}\n").Export);
        Assert.Equal(new ExportSettings { Quantise = true }, Parse(Valid + "export: {int8: true}\n").Export);
        Assert.Equal(
            new ExportSettings { Quantise = true, CalibrationImages = 8, WeightBits = 7 },
            Parse(Valid + "export: {int8: true, calibration-images: 8, weight-bits: 7}\n").Export);
    }

    [Theory]
    [InlineData("step: 0.1", "step: 0.1, shape: cubic", "search.yaml:12:43: ", "expected the key iterations")]
    [InlineData(
        "name: shapes-test", "name: shapes-test\npruning: {protect: [resdual]}", "search.yaml:2:20: pruning.protect has 'resdual'", "did you mean 'residual'?")]
    [InlineData("name: shapes-test", "name: shapes-test\npruning: {target: mac}", "search.yaml:2:19: ", "did you mean 'macs'?")]
    [InlineData(
        "  input-size: 96", "  input-sise: 96", "search.yaml:4:3: unknown key 'input-sise' in detector, expected one of ", "did you mean 'input-size'?")]
    [InlineData("name: shapes-test", "name: shapes-test\nsede: 3", "search.yaml:2:1: unknown key 'sede'", "did you mean 'seed'?")]
    [InlineData("input-size: 96", "input-size: large", "search.yaml:4:15: detector.input-size is 'large', expected a whole number from 32 to 4096", "")]
    [InlineData("input-size: 96", "input-size: 16", "search.yaml:4:15: detector.input-size is '16', expected a whole number from 32 to 4096", "")]
    [InlineData("input-size: 96", "input-size: '96'", "search.yaml:4:15: ", "expected a whole number")]
    [InlineData("input-size: 96", "input-size: [96]", "search.yaml:4:15: detector.input-size is a list, expected a whole number", "")]
    [InlineData("input-size: 96", "input-size: 9.6", "search.yaml:4:15: ", "expected a whole number")]
    [InlineData("learning-rate: 1e-3", "learning-rate: 0", "search.yaml:6:38: fine-tune.learning-rate is '0', expected a number above 0", "")]
    [InlineData("learning-rate: 1e-3", "learning-rate: .nan", "search.yaml:6:38: ", "expected a number")]
    [InlineData("learning-rate: 1e-3", "flip: yes", "search.yaml:6:29: fine-tune.flip is 'yes', expected true or false", "")]
    [InlineData("learning-rate: 1e-3", "optimizer: adam", "search.yaml:6:34: ", "did you mean 'adamw'?")]
    [InlineData("levels: [0.4, 0.2]", "levels: [0.4, 1.2]", "search.yaml:8:17: trajectories.levels[1] is '1.2', expected a number above 0 and below 1", "")]
    [InlineData("levels: [0.4, 0.2]", "levels: [0.4, 0.40]", "search.yaml:8:17: trajectories.levels has '0.40' twice", "")]
    [InlineData("levels: [0.4, 0.2]", "levels: []", "search.yaml:8:11: trajectories.levels has 0 values, expected a list of one or more", "")]
    [InlineData(
        "levels: [0.4, 0.2]", "levels: [0.95]", "search.yaml:8:11: level 0.95 cannot be reached, expected at most pruning.max-group-ratio, which is 0.9", "")]
    [InlineData("{kind: one-shot}", "{kind: oneshot}", "search.yaml:10:14: ", "did you mean 'one-shot'?")]
    [InlineData("{kind: one-shot}", "{budget: same-total}", "search.yaml:10:7: trajectories.schedules[0] lacks 'kind'", "")]
    [InlineData("step: 0.1", "step: 0.1, iterations: 2", "", "has step and iterations, expected exactly one of")]
    [InlineData("- {kind: iterative, step: 0.1}", "- {kind: one-shot, name: again}", "", "expected an iterative one")]
    [InlineData("format: shapes", "format: csv", "search.yaml:2:16: data.format is 'csv', expected one of coco, voc, yolo, shapes", "")]
    [InlineData("name: shapes-test", "name: shapes test", "search.yaml:1:7: ", "letters, digits and hyphens")]
    [InlineData("  fine-tune: {steps: 10}\n", "", "", "neither weights nor fine-tune")]
    [InlineData("name: shapes-test", "name: shapes-test\nmeasure: {engine: torch}\nexport: {int8: true}", "search.yaml:3:16: ", "expected onnxruntime")]
    [InlineData("name: shapes-test", "name: shapes-test\npruning: {groups: [hiden]}", "search.yaml:2:19: ", "did you mean 'hidden'?")]
    [InlineData("name: shapes-test", "name: shapes-test\nmeasure: {on: my pi}", "search.yaml:2:15: measure.on: 'my pi' is not right", "digits and - _ .")]
    [InlineData("name: shapes-test", "name: shapes-test\nmeasure: {on: [pi, pi]}", "search.yaml:2:20: measure.on has 'pi' twice", "")]
    [InlineData("name: shapes-test", "name: shapes-test\nmeasure: {on: []}", "search.yaml:2:15: measure.on has 0 values", "or a list of one or more")]
    [InlineData("name: shapes-test", "name: shapes-test\nmeasure: {on: pi, engine: torch}", "search.yaml:2:15: measure.on has device classes", "onnxruntime")]
    public void What_is_wrong_is_refused_with_its_place_and_what_was_expected(string old, string replacement, string start, string contains)
    {
        Assert.Contains(old, Valid, StringComparison.Ordinal);
        string error = Error(Valid.Replace(old, replacement, StringComparison.Ordinal));

        Assert.StartsWith(start, error, StringComparison.Ordinal);
        Assert.Contains(contains, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights: search.yaml, labels: search.yaml, backbone-weights: search.yaml, fine-tune: {steps: 1}",
        "the detector has both weights and backbone-weights")]
    [InlineData("backbone-weights: search.yaml", "the detector has neither weights nor fine-tune")]
    [InlineData("backbone-weights: search.yaml, labels: search.yaml, fine-tune: {steps: 1}", "there are no weights that this belongs to")]
    public void A_backbone_stands_instead_of_weights_and_is_trained(string detector, string error)
    {
        string text = $"name: t\ndata: {{format: shapes}}\ndetector: {{ {detector} }}\ntrajectories: {{levels: [0.2], schedules: [{{kind: one-shot}}]}}";

        Assert.Contains(Assert.Throws<SearchFileException>(() => Parse(text)).Errors, e => e.Contains(error, StringComparison.Ordinal));
    }

    [Fact]
    public void Several_errors_are_told_at_once()
    {
        var e = Assert.Throws<SearchFileException>(
            () => Parse(Valid.Replace("input-size: 96", "input-size: 1", StringComparison.Ordinal).Replace("steps: 5", "steps: 0", StringComparison.Ordinal)));

        Assert.Equal(2, e.Errors.Count);
        Assert.All(e.Errors, line => Assert.DoesNotContain('\n', line));
    }

    [Fact]
    public void A_missing_key_names_the_mapping_that_lacks_it()
    {
        Assert.Contains("the search file lacks 'name'", Error(Valid.Replace("name: shapes-test\n", "", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name: a\nname: b\n", "search.yaml:2:1: ")]
    [InlineData("name: [a\n", "search.yaml:")]
    [InlineData("name: \"a\n", "search.yaml:")]
    [InlineData("a: &x 1\nb: *x\n", "search.yaml:2:4: an alias")]
    public void Broken_yaml_is_one_line_with_its_place(string text, string start) => Assert.StartsWith(start, Error(text), StringComparison.Ordinal);

    [Fact]
    public void Empty_and_multiple_documents_are_refused()
    {
        Assert.Contains("expected one", Error(""), StringComparison.Ordinal);
        Assert.Contains("expected one", Error("a: 1\n---\nb: 2\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_refused_before_it_can_exhaust_the_stack() =>
        Assert.Contains("nested too deeply", Error("a: " + new string('[', 100_000)), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var e = Assert.Throws<SearchFileException>(() => SearchFileReader.Read("nowhere.yaml"));
        Assert.Equal("nowhere.yaml: there is no such file, expected a search file", e.Message);
    }

    [Fact]
    public void Paths_are_relative_to_the_search_file_and_must_exist()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "images"));
            string text = Valid.Replace("data: {format: shapes, train: 32, validation: 8, size: 96}",
                "data: {format: coco, train: {annotations: a.json, images: images}, validation: {annotations: b.json, images: images}}",
                StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "a.json"), "{}");
            string path = Path.Combine(folder, "s.yaml");

            var e = Assert.Throws<SearchFileException>(() => SearchFileReader.Parse(text, path));

            Assert.Equal($"{path}:2:94: annotations 'b.json' ({Path.Combine(folder, "b.json")}) does not exist, expected a file", Assert.Single(e.Errors));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
