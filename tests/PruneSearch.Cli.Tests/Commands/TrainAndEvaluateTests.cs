using System.Text.Json;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>A detector without a search, on drawn pictures.</summary>
public sealed class TrainAndEvaluateTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("train with spaces ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private string Out => Path.Combine(_home, "detector");

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_trained_detector_is_evaluated_from_its_folder()
    {
        string file = WriteFile();
        Assert.Equal(0, await RunAsync("train", file, "--out", Out));
        string trained = _output.ToString();
        Assert.Contains("step 3/3  loss ", trained, StringComparison.Ordinal);
        Assert.Equal(["detector.json", "labels.txt", "training.json", "weights.safetensors"], Directory.GetFiles(Out).Select(Path.GetFileName).Order());
        Assert.False(Directory.Exists(Path.Combine(Out, ".training")));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Out, "training.json"), TestContext.Current.CancellationToken));
        Assert.True(report.RootElement.GetProperty("peakMemoryBytes").GetInt64() > 50_000_000);

        _output.GetStringBuilder().Clear();
        string json = Path.Combine(_home, "figures.json");
        Assert.Equal(0, await RunAsync("evaluate", Out, "--data", file, "--voc-ap", "--json", json));
        string[] lines = _output.ToString().Split('\n');
        Assert.StartsWith(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(" Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ] = ", lines[11], StringComparison.Ordinal);
        // the same pictures, the same weights
        Assert.Equal(lines[..12], trained.Split('\n').SkipWhile(l => !l.StartsWith(" Average", StringComparison.Ordinal)).Take(12));
        Assert.Matches("^class +objects +AP +AP50 +VOC07 +VOC10$", lines[13]);
        Assert.Contains(lines, l => l.StartsWith("circle ", StringComparison.Ordinal));
        using var figures = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        Assert.True(figures.RootElement.TryGetProperty("ap75", out _));
        Assert.True(figures.RootElement.GetProperty("ap50Interval").GetProperty("low").GetDouble() >= 0);
        Assert.Contains(lines, l => l.StartsWith("95 % interval over the choice of pictures (1,000 resamples of ", StringComparison.Ordinal));

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("evaluate", Out, "--data", file, "--against", Out));
        Assert.Contains("  AP50 0.0 points [0.0, 0.0]: these pictures cannot tell them apart\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("evaluate", Out, "--data", file, "--against", file));
        Assert.Contains("expected a folder with detector.json", Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Training_again_does_nothing_and_never_overwrites_another_detector()
    {
        string file = WriteFile();
        Assert.Equal(0, await RunAsync("train", file, "--out", Out));
        byte[] weights = await File.ReadAllBytesAsync(Path.Combine(Out, "weights.safetensors"), TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync("train", file, "--out", Out));
        Assert.Contains("holds the result of this training already", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("train", WriteFile("seed: 2"), "--out", Out));
        Assert.Contains("holds another detector", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Equal(weights, await File.ReadAllBytesAsync(Path.Combine(Out, "weights.safetensors"), TestContext.Current.CancellationToken));
        Assert.Equal(0, await RunAsync("train", WriteFile("seed: 2"), "--out", Out, "--force"));
        Assert.NotEqual(weights, await File.ReadAllBytesAsync(Path.Combine(Out, "weights.safetensors"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_diverged_training_ends_with_1_and_its_reason()
    {
        Assert.Equal(1, await RunAsync("train", WriteFile(training: "steps: 30, batch-size: 2, optimizer: sgd, learning-rate: 10, clip-norm: 0, warm-up: 0, " +
            "precision: float32"), "--out", Out));

        Assert.Contains("diverged", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Out, "detector.json")));
    }

    [Theory]
    [InlineData("--out", "train", "FILE")]
    [InlineData("tpu", "train", "FILE", "--out", "OUT", "--device", "tpu")]
    [InlineData("nowhere.yaml", "train", "nowhere.yaml", "--out", "OUT")]
    [InlineData("nowhere", "evaluate", "nowhere", "--data", "FILE")]
    [InlineData("--labels and --detector", "evaluate", "FILE", "--data", "FILE")]
    [InlineData("detector.json", "evaluate", "HOME", "--data", "FILE")]
    public async Task What_is_wrong_with_the_arguments_is_named(string expected, params string[] arguments)
    {
        string file = WriteFile();
        Assert.Equal(2, await RunAsync([.. arguments.Select(a => a switch { "FILE" => file, "OUT" => Out, "HOME" => _home, _ => a })]));
        Assert.Contains(expected, Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected one of --data, --coco, --voc and --yolo")]
    [InlineData("expected one of --data, --coco, --voc and --yolo", "--data", "FILE", "--voc", "HOME")]
    [InlineData("--coco and --images belong together", "--coco", "FILE")]
    [InlineData("--voc needs to know which pictures", "--voc", "HOME")]
    [InlineData("--split is 'test'", "--data", "FILE", "--split", "test")]
    [InlineData("zebra", "--coco", "ZEBRAS", "--images", "HOME")]
    [InlineData("knows none of the classes zebra", "--coco", "ZEBRAS", "--images", "HOME", "--ignore-other-classes")]
    public async Task What_is_wrong_with_the_data_is_named(string expected, params string[] data)
    {
        string file = WriteFile(), zebras = Path.Combine(_home, "zebras.json");
        var model = PruneSearch.Core.Detectors.DetectorCatalog.Build(
            PruneSearch.Core.Detectors.Ssd.SsdFamily.Spec(["circle"], new() { WidthMultiplier = 0.1 }) with { InputSize = 32 });
        PruneSearch.Core.Detectors.DetectorFolder.Write(Out, model, PruneSearch.Detection.Import.RandomWeights.For(model, 1));
        await File.WriteAllBytesAsync(
            Path.Combine(_home, "z.png"),
            Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            zebras, """{"images":[{"id":1,"file_name":"z.png","width":1,"height":1}],"categories":[{"id":1,"name":"zebra"}],"annotations":[""" +
                """{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,1,1],"area":1,"iscrowd":0}]}""", TestContext.Current.CancellationToken);

        Assert.Equal(2, await RunAsync(["evaluate", Out, .. data.Select(a => a switch { "FILE" => file, "HOME" => _home, "ZEBRAS" => zebras, _ => a })]));

        Assert.Contains(expected, Assert.Single(Errors), StringComparison.Ordinal);
    }

    private string[] Errors => _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync([.. arguments, "--home", _home], new CliContext
    {
        Output = _output,
        Error = _error,
        IsTerminal = false,
        Sessions = new ScriptedSessions(_home),
    });

    private string WriteFile(string change = "", string training = "steps: 3, batch-size: 2")
    {
        string path = Path.Combine(_home, "train.yaml");
        File.WriteAllText(path, $$$"""
            name: tiny
            data: {format: shapes, train: 6, validation: 3, size: 64}
            detector: {input-size: 64, width-multiplier: 0.1, extras: separable, fine-tune: {{{{training}}}}}
            {{{change}}}
            """);
        return path;
    }
}
