using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;

namespace PruneSearch.Cli.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("import ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(
            ["import", .. arguments], new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_folder) });

    private string Error => Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private string Weights()
    {
        var model = DetectorCatalog.Build(new DetectorSpec
        {
            Architecture = SsdFamily.Architecture,
            Classes = ["a", "b"],
            InputSize = 96,
            Options = new SsdOptions { WidthMultiplier = 0.25, Heads = HeadStyle.Separable },
        });
        string path = Path.Combine(_folder, "weights of mine.safetensors");
        using var stream = File.Create(path);
        Safetensors.Write(stream, RandomWeights.For(model, 1));
        return path;
    }

    private string Labels(params string[] lines)
    {
        string path = Path.Combine(_folder, "labels.txt");
        File.WriteAllLines(path, lines);
        return path;
    }

    [Fact]
    public async Task A_detector_is_written_that_a_search_can_start_from()
    {
        string target = Path.Combine(_folder, "out", "detector");

        Assert.Equal(0, await RunAsync(Weights(), "--out", target, "--labels", Labels("background", "circle", "square"), "--input-size", "96"));

        Assert.Contains("2 classes, ", _output.ToString(), StringComparison.Ordinal);
        var (model, _) = DetectorFolder.Read(target);
        Assert.Equal(["circle", "square"], model.Spec.Classes);
        Assert.Equal(
            (96, 0.25, HeadStyle.Separable), (model.Spec.InputSize, ((SsdOptions)model.Spec.Options).WidthMultiplier, ((SsdOptions)model.Spec.Options).Heads));
        string search = Path.Combine(_folder, "search.yaml");
        await File.WriteAllTextAsync(search, $$"""
            name: imported
            data: {format: shapes, train: 2, validation: 1, size: 64}
            detector: {weights: out/detector/weights.safetensors, weights-detector: out/detector/detector.json}
            trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
            """, TestContext.Current.CancellationToken);
        var launcher = new Client.SearchFiles.SearchLauncher(Path.Combine(_folder, "drawn"), TimeProvider.System);
        Assert.NotNull(launcher.Check(Client.SearchFiles.SearchFileReader.Read(search), TestContext.Current.CancellationToken).Plan);
    }

    [Fact]
    public async Task Wrong_input_is_one_line_and_2_and_writes_nothing()
    {
        string target = Path.Combine(_folder, "out");
        string weights = Weights();
        await ExpectAsync(
            "there are 3 class names, expected 2", weights, "--out", target, "--labels", Labels("background", "a", "b", "c"), "--input-size", "96");
        await ExpectAsync("there are 1 class names, expected 2", weights, "--out", target, "--labels", Labels("a"), "--input-size", "96");
        await ExpectAsync("'b' stands twice", weights, "--out", target, "--labels", Labels("background", "b", "b"));
        await ExpectAsync("--input-size is '8', expected a whole number from 32 to 4096", weights, "--out", target, "--input-size", "8");
        await ExpectAsync("none.tflite", Path.Combine(_folder, "none.tflite"), "--out", target);
        byte[] cut = await File.ReadAllBytesAsync(weights, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(weights, cut[..^5], TestContext.Current.CancellationToken);
        await ExpectAsync("it was cut short or damaged", weights, "--out", target);
        Assert.False(Directory.Exists(target));
    }

    private async Task ExpectAsync(string message, params string[] arguments)
    {
        _error.GetStringBuilder().Clear();
        Assert.Equal(2, await RunAsync(arguments));
        Assert.Contains(message, Error, StringComparison.Ordinal);
    }
}
