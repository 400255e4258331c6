using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Files with NaN or infinities in them, and finite weights whose sums are beyond a 32-bit float.</summary>
public sealed class NotFiniteFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finite ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private string Weights => Path.Combine(_folder, "detector", DetectorFolder.WeightsFile);

    private string Detector => Path.GetDirectoryName(Weights)!;

    private string Out => Path.Combine(_folder, "out");

    [Theory]
    [InlineData("prune", "--ratio", "0.2", "--criterion", "l2", "--no-compensation", "--out", "OUT")]
    [InlineData("detect", "--model", "IN", "picture.png")]
    [InlineData("import", "--input-size", "64", "--out", "OUT")]
    public async Task A_weight_that_is_no_number_is_one_line_with_its_tensor_and_2(string command, params string[] arguments)
    {
        Write(w => w["Conv.weight"].Values[4] = float.NaN);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "picture.png"), [1], TestContext.Current.CancellationToken);
        string[] all = [.. arguments.Select(a => a switch { "OUT" => Out, "IN" => Detector, "picture.png" => Path.Combine(_folder, a), _ => a })];
        string[] input = command switch { "import" => [Weights], "prune" => [Detector], _ => [] };

        Assert.Equal(2, await RunAsync([command, .. input, .. all]));

        Assert.Contains("tensor 'Conv.weight' is NaN at [0, 0, 1, 1] (1 of", Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("prune")]
    [InlineData("import")]
    public async Task Finite_weights_that_give_no_numbers_are_not_written(string command)
    {
        Write(w =>
        {
            foreach (string name in (string[])["expanded_conv_5.project.weight", "expanded_conv_5.project.bn.weight"])
            {
                w[name].Values.AsSpan().Fill(1e30f);
            }
        });

        Assert.Equal(2, await RunAsync(command == "prune"
            ? ["prune", Detector, "--ratio", "0.2", "--criterion", "l2", "--no-compensation", "--out", Out]
            : ["import", Weights, "--input-size", "64", "--out", Out]));

        Assert.Contains("folding batch norms: tensor 'expanded_conv_5.project.weight' is infinite", Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Out, DetectorFolder.WeightsFile)));
    }

    [Theory]
    [InlineData("-9")]
    [InlineData("0")]
    public async Task Box_scales_that_mean_nothing_are_refused(string scale)
    {
        Write(_ => { });
        string spec = Path.Combine(Detector, DetectorFolder.DetectorFile), text = await File.ReadAllTextAsync(spec, TestContext.Current.CancellationToken);
        string changed = text.Replace("\"centerScale\": 10", $"\"centerScale\": {scale}", StringComparison.Ordinal).Replace(
            "\"centerScale\":10", $"\"centerScale\":{scale}", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        await File.WriteAllTextAsync(spec, changed, TestContext.Current.CancellationToken);

        Assert.Equal(2, await RunAsync("inspect", spec));

        Assert.Contains($"Box scales {scale} and 5 are not both finite and above 0", Error, StringComparison.Ordinal);
    }

    private string Error => Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));

    private void Write(Action<WeightSet> change)
    {
        DetectorFolder.Write(Detector, SmallModel.Model, SmallModel.Weights);
        var weights = new WeightSet();
        foreach (var (name, tensor) in SmallModel.Weights)
        {
            weights.Add(name, new WeightTensor(tensor.Shape, [.. tensor.Values]));
        }
        change(weights);
        using var stream = File.Create(Weights);
        Safetensors.Write(stream, weights);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(
            [.. arguments, "--home", _folder],
            new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_folder) });
}
