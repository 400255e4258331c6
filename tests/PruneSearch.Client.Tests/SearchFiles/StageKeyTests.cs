using System.Security.Cryptography;
using System.Text;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Tests;

namespace PruneSearch.Client.Tests.SearchFiles;

/// <summary>
/// What is computed already is found by its key: a change of these keys makes every search of before start anew. Whoever means
/// that writes the new keys down here and says so in the changelog.
/// </summary>
public sealed class StageKeyTests
{
    // What the data and the weights would be named by; the pictures themselves are not looked at.
    private static readonly DataSettings Data = new() { Train = new('a', 64), Validation = new('b', 64) };
    private static readonly string Weights = new('c', 64);

    [Fact]
    public void The_stages_of_the_quickstart_keep_their_keys()
    {
        var plan = Plan(SearchFileReader.Read(Example("quickstart")));
        string keys = string.Join('\n', plan.Trajectories.Select(t => $"{t.Name}: {string.Join(' ', t.Stages.Select(s => s.ComputeKey().ToString()[..16]))}"));
        Assert.Equal("""
            dense: 09b20c1e8d0e3fbb
            one-shot-total-35: 09b20c1e8d0e3fbb 75fab639f3cb10b1
            one-shot-total-65: 09b20c1e8d0e3fbb fb5ad75d11aa2f7f
            one-shot-total-85: 09b20c1e8d0e3fbb 8d5c70632218a01d
            iterative-35: 09b20c1e8d0e3fbb 75fab639f3cb10b1
            iterative-65: 09b20c1e8d0e3fbb 75fab639f3cb10b1 c382f34db19d3455
            iterative-85: 09b20c1e8d0e3fbb 75fab639f3cb10b1 c382f34db19d3455 4124908c13afb760
            dense-control: 09b20c1e8d0e3fbb cf2e467c9a29799d cf38bb9f31d6fc5b 38dc06cd2b21faaf
            """, keys);
    }

    [Theory]
    [InlineData("voc", "2eaf01ec35282187")]
    [InlineData("bccd", "53a5e78167095325")]
    [InlineData("voc-int8", "d29f0d0e535bff8c")]
    public void The_stages_of_the_examples_keep_their_keys(string name, string expected)
    {
        SharedData.Require("weights/ssd_mobilenet_v2_oidv4.safetensors");
        Assert.Equal(expected, Digest(Plan(SearchFileReader.Read(Example(name)))));
    }

    [Theory]
    [InlineData("train-voc", "08cc017b0fb07c67")]
    [InlineData("train-bccd", "024a7986fb20cb41")]
    public void The_trainings_of_the_examples_keep_their_keys(string name, string expected)
    {
        SharedData.Require("weights/ssd_mobilenet_v2_oidv4.safetensors");
        var file = SearchFileReader.ReadTraining(Example(name));
        var stage = new StageDescription { Base = Base(file.Detector), Data = Data, FineTune = file.FineTune, Measure = file.Measure, Seed = file.Seed };
        Assert.Equal(expected, stage.ComputeKey().ToString()[..16]);
    }

    [Fact]
    public void Settings_of_before_keep_their_place_in_the_key()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "all.yaml");
        Assert.Equal("0fec72a1c208f996", Digest(Plan(SearchFileReader.Parse("""
            name: all
            data: {format: shapes}
            detector:
              input-size: 128
              width-multiplier: 0.5
              extras: separable
              heads: separable
              calibration-images: 32
              fine-tune: {steps: 10, precision: float32}
            pruning:
              {groups: [all, Conv], protect: [neck], target: macs, criterion: l2-readers, reduction: max, normalisation: gaussian, per-cost: memory,
               ranking: isomorphic, max-group-ratio: 0.8, min-width: 4, round-to: 16, compensate: false, calibration-images: 16, recalibrate: true}
            fine-tune:
              {steps: 5, batch-size: 4, optimizer: sgd, learning-rate: 0.1, weight-decay: 0.01, momentum: 0.8, warm-up: 0.2, ema-decay: 0.9, clip-norm: 0,
               flip: false, crop: false, expand: true, photometric: true, mosaic: true, distillation: 1, distillation-boxes: 2, precision: bfloat16,
               carry-optimizer: true, regularisation: {kind: bn-scale, strength: 0.3, share: 0.4}}
            variants: [{name: a, pruning: {target: latency, protect: []}}, {name: b, fine-tune: {optimizer: adamw, regularisation: {kind: group-lasso}}}]
            trajectories:
              levels: [0.4, 0.2]
              schedules:
                - {kind: one-shot, budget: same-total}
                - {kind: iterative, iterations: 3, shape: cubic}
                - {kind: iterative, ratios: [0.1, 0.3], name: list}
                - {kind: dense-control}
            measure: {engine: onnxruntime, threads: 2, max-seconds: 3}
            export: {int8: true, calibration-images: 8, weight-bits: 7}
            seeds: [3, 1]
            """, file))));
    }

    private static SearchPlan Plan(SearchFile file) => Planner.Plan(file.Settings, Base(file.Settings.Detector), Data, "id", DateTimeOffset.UnixEpoch);

    private static BaseSettings Base(DetectorSource source)
    {
        var detector = source.Template with { Classes = ["disc", "square"] };
        return new BaseSettings
        {
            Detector = detector,
            WeightsSha256 = source.Weights is null ? null : Weights,
            WeightsDetector = source.Weights is null ? null : detector with { BatchNorm = false },
            CalibrationImages = source.CalibrationImages,
        };
    }

    private static string Digest(SearchPlan plan)
    {
        string keys = string.Join('\n', plan.Trajectories.SelectMany(t => t.Stages.Select(s => $"{t.Name} {s.ComputeKey()} {s.ComputePruningKey()}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(keys)))[..16];
    }

    private static string Example(string name) => Path.Combine(Checkout.Root, "docs", "examples", name + ".yaml");
}
