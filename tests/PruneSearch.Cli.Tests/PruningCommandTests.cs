using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Detection.Import;

namespace PruneSearch.Cli.Tests;

/// <summary>prune, inspect and sensitivity on a small detector with random weights and drawn pictures.</summary>
public sealed class PruningCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("pruning ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public PruningCommandTests()
    {
        var model = DetectorCatalog.Build(new DetectorSpec
        {
            Architecture = SsdFamily.Architecture,
            Classes = ["circle", "square", "triangle", "star", "cross"],
            InputSize = 64,
            Options = new SsdOptions { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable },
        });
        DetectorFolder.Write(Dense, model, RandomWeights.For(model, 1));
        File.WriteAllText(Search, $$"""
            name: tiny
            data: {format: shapes, train: 8, validation: 2, size: 64}
            detector: {input-size: 64, width-multiplier: 0.35, extras: separable,
              weights: '{{Dense}}/weights.safetensors', weights-detector: '{{Dense}}/detector.json'}
            trajectories: {levels: [0.4], schedules: [{kind: one-shot}]}
            """);
    }

    private string Dense => Path.Combine(_home, "dense");

    private string Search => Path.Combine(_home, "search.yaml");

    private string Out => Path.Combine(_home, "pruned");

    public void Dispose()
    {
        Directory.Delete(_home, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task Prune_writes_a_detector_with_compensated_weights()
    {
        Assert.True(await RunAsync("prune", Search, "--out", Out) == 0, _error.ToString());
        var (model, _) = DetectorFolder.Read(Out);
        var hidden = model.Network.Groups.Where(g => g.Kind == Core.Networks.ChannelGroupKind.Hidden).ToList();
        Assert.InRange(1 - hidden.Sum(g => g.Width) / (double)hidden.Sum(g => g.DenseWidth), 0.35, 0.4); // the level of the search file
        Assert.Contains("criterion obs, compensated", _output.ToString(), StringComparison.Ordinal);

        Assert.Equal(2, await RunAsync("prune", Search, "--out", Out));
        Assert.Contains("has a detector.json already", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prune_takes_a_folder_and_pictures_without_annotations()
    {
        Assert.Equal(2, await RunAsync("prune", Dense, "--ratio", "0.2", "--out", Out));
        Assert.Contains("--pictures FOLDER", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Out, "detector.json")));

        Assert.Equal(0, await RunAsync("prune", Dense, "--ratio", "0.2", "--criterion", "l2", "--no-compensation", "--groups", "Conv_1", "--out", Out));
        Assert.Equal(1024, DetectorFolder.Read(Out).Model.Network.Group("Conv_1").Width);
    }

    [Fact]
    public async Task Blocks_are_left_out_and_shown_as_gone()
    {
        Assert.True(await RunAsync("prune", Search, "--groups", "blocks", "--ratio", "0.4", "--out", Out) == 0, _error.ToString());
        string block = DetectorFolder.Read(Out).Model.Network.LeftOut[0].Name;
        Assert.Contains("Left out as a whole: ", _output.ToString(), StringComparison.Ordinal);
        Assert.True(await RunAsync("inspect", Out) == 0, _error.ToString());
        string[] lines = _output.ToString().Split('\n');
        Assert.Contains(lines, l => l.StartsWith($"│ {block} ", StringComparison.Ordinal) && l.Contains("100.0 %", StringComparison.Ordinal));

        Assert.Equal(2, await RunAsync("prune", Search, "--groups", "blocks", "--criterion", "l2", "--ratio", "0.4", "--out", Out + "2"));
        Assert.Contains("but pruning has criterion l2, expected obs", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_input_size_is_calibrated_at_written_and_evaluated()
    {
        Assert.True(await RunAsync("prune", Search, "--input-size", "96", "--out", Out) == 0, _error.ToString());
        Assert.Equal(96, DetectorFolder.Read(Out).Model.Spec.InputSize);
        Assert.True(await RunAsync("evaluate", Out, "--input-size", "64", "--data", Search) == 0, _error.ToString());

        Assert.Equal(2, await RunAsync("evaluate", Out, "--input-size", "31", "--data", Search));
        Assert.Contains("--input-size is '31', expected a whole number from 32 to 4096", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_detector_that_was_pruned_before_is_the_original_of_the_next_step()
    {
        string[] how = ["--criterion", "l2", "--no-compensation", "--groups", "Conv_1"];
        Assert.Equal(0, await RunAsync(["prune", Dense, "--ratio", "0.2", "--out", Out, .. how]));
        Assert.DoesNotContain("was pruned before", _output.ToString(), StringComparison.Ordinal);
        string again = Path.Combine(_home, "again");

        Assert.Equal(0, await RunAsync(["prune", Out, "--ratio", "0.25", "--out", again, .. how]));

        Assert.Equal(768, DetectorFolder.Read(again).Model.Network.Group("Conv_1").Width); // of 1024
        Assert.Contains("Removed 25.0 % of the channels of Conv_1", _output.ToString(), StringComparison.Ordinal);
        var dense = DetectorFolder.Read(Dense).Model.Network;
        double all = dense.Groups.Sum(g => g.Width);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"of all channels of the unpruned detector, {256 / all:P1} were gone and {512 / all:P1} are now."),
            _output.ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ratio is '1.5', expected a number from 0 and below 1", "--ratio", "1.5", "--criterion", "l2", "--no-compensation")]
    [InlineData("'hiden'", "--ratio", "0.2", "--criterion", "l2", "--no-compensation", "--groups", "hiden")]
    [InlineData("'l3'", "--ratio", "0.2", "--criterion", "l3")]
    [InlineData("--ratio is missing", "--criterion", "l2")]
    [InlineData("--pictures: nowhere: does not exist, expected a folder with pictures", "--ratio", "0.2", "--pictures", "nowhere")]
    [InlineData("--calibration-images is '1', expected a whole number from 8 to 4096", "--ratio", "0.2", "--calibration-images", "1")]
    public async Task Mistakes_are_one_line_and_write_nothing(string expected, params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(["prune", Dense, "--out", Out, .. arguments]));
        string line = Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Out, "detector.json")));
    }

    [Fact]
    public async Task Inspect_shows_a_specification_alone()
    {
        string spec = Path.Combine(_home, "alone.json"), png = Path.Combine(_home, "bars.png");
        var model = DetectorFolder.ReadModel(Path.Combine(Dense, DetectorFolder.DetectorFile));
        var widths = new SortedDictionary<string, int>(model.Spec.Widths, StringComparer.Ordinal) { ["Conv_1"] = 320 };
        var pruned = DetectorCatalog.Build(model.Spec with { Widths = widths });
        File.WriteAllText(spec, pruned.Spec.ToJson());

        Assert.True(await RunAsync("inspect", spec, "--png", png) == 0, _error.ToString());

        string[] lines = _output.ToString().Split('\n');
        Assert.Contains(lines, l => l.Contains("Conv_1 ", StringComparison.Ordinal)
            && l.Contains("1280", StringComparison.Ordinal) && l.Contains("320", StringComparison.Ordinal) && l.Contains("75.0 %", StringComparison.Ordinal));
        string Millions(long value) => (value / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " M";
        Assert.Contains(lines, l => l.StartsWith("│ all ", StringComparison.Ordinal)
            && l.Contains(Millions(model.Network.Macs), StringComparison.Ordinal) && l.Contains(Millions(pruned.Network.Macs), StringComparison.Ordinal));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(png)[..4]);

        Assert.Equal(2, await RunAsync("inspect", Path.Combine(_home, "none")));
    }

    [Fact]
    public async Task Sensitivity_prunes_each_group_alone()
    {
        string csv = Path.Combine(_home, "s.csv"), png = Path.Combine(_home, "s.png");
        Assert.True(
            await RunAsync(
                "sensitivity", Search, "--groups", "Conv_1", "Conv", "--ratios", "0.25", "0.5", "--criterion", "l2", "--csv", csv, "--png", png) == 0,
            _error.ToString());
        string[] lines = File.ReadAllLines(csv);
        Assert.Equal(6, lines.Length); // header, whole detector, two groups at two ratios
        Assert.StartsWith("Conv,stem,0.25,16,12,", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("Conv_1,neck,0.5,1280,640,", lines[5], StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(png)[..4]);

        Assert.Equal(2, await RunAsync("sensitivity", Search, "--ratios", "1.5"));
        Assert.Contains("--ratios is '1.5', expected a number above 0 and below 1", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync([.. arguments, "--home", _home], new CliContext
    {
        Output = _output,
        Error = _error,
        IsTerminal = false,
        Sessions = new ScriptedSessions(_home),
    });
}
