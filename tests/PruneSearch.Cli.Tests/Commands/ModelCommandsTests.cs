using System.Text;
using System.Text.Json;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Quantisation;
using SkiaSharp;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>Models out of a search, and what is done with them.</summary>
public sealed class ModelCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("models ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private string[] Errors => _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<int> RunAsync(params string[] arguments) => RunAsync(new ScriptedSessions(_folder), arguments);

    private Task<int> RunAsync(ScriptedSessions sessions, params string[] arguments) =>
        CommandLine.RunAsync([.. arguments, "--home", _folder], new CliContext { Output = _output, Error = _error, IsTerminal = false, Sessions = sessions });

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Picture(string name, int width = 90, int height = 60)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.SteelBlue);
        using var data = bitmap.Encode(name.EndsWith("png", StringComparison.Ordinal) ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 90);
        return Write(name, data.ToArray());
    }

    [Theory]
    [InlineData("measure")]
    [InlineData("detect")]
    [InlineData("widths")]
    public async Task Damaged_old_and_foreign_files_are_one_line_and_2(string command)
    {
        byte[] good = SmallModel.Raw();
        string picture = Picture("photo.png");
        (string Path, string Reason)[] files =
        [
            (Write("cut.onnx", good[..(good.Length / 2)]), "cut short or damaged"),
            (Write("empty.onnx", []), "hold no graph"),
            (Write("text.onnx", Encoding.UTF8.GetBytes("no model at all")), "no ONNX model"),
            (Write("old.onnx", SmallModel.OldOperators()), "operator set 9, expected 17 to 22"),
            (Write("foreign.onnx", SmallModel.Foreign()), "'plane'"),
            (Path.Combine(_folder, "absent.onnx"), "does not exist"),
            (_folder, command == "detect" ? "detector.json" : "is a folder"),
        ];
        foreach (var (path, reason) in files)
        {
            _error.GetStringBuilder().Clear();
            Assert.Equal(2, await RunAsync(command == "detect" ? ["detect", picture, "--model", path] : [command, path]));

            string line = Assert.Single(Errors);
            Assert.StartsWith($"prunesearch: {path}", line, StringComparison.Ordinal);
            Assert.Contains(reason, line, StringComparison.Ordinal);
        }
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("--threads is '0', expected a whole number from 1 to 256", "measure", "x.onnx", "--threads", "0")]
    [InlineData("--max-seconds is 'NaN', expected a number above 0 and at most 3600", "measure", "x.onnx", "--max-seconds", "NaN")]
    [InlineData("--speed-up is '0.5', expected a number from 1 to 100", "widths", "x.onnx", "--speed-up", "0.5")]
    [InlineData("--score-threshold is '7', expected a number from 0 to 1", "detect", "x.png", "--model", "x.onnx", "--score-threshold", "7")]
    [InlineData("--batch is '-1', expected a whole number from 1 to 4096, or any", "export", "a", "b", "--onnx", "x", "--batch", "-1")]
    [InlineData("--opset is '16', expected a whole number from 17 to 22", "export", "a", "b", "--onnx", "x", "--opset", "16")]
    [InlineData("--batch belongs to the raw form", "export", "a", "b", "--onnx", "x", "--batch", "4")]
    public async Task Options_outside_their_range_are_one_line_and_2(string message, params string[] arguments)
    {
        Assert.Equal(2, await RunAsync(arguments));
        Assert.Contains(message, Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Measure_shows_every_model_beside_the_first_and_repeats()
    {
        string raw = Write("raw.onnx", SmallModel.Raw()), whole = Write("whole.onnx", SmallModel.EndToEnd()), json = Path.Combine(_folder, "all.json");

        Assert.Equal(0, await RunAsync("measure", raw, whole, "--max-seconds", "0.2", "--repeat", "2", "--image", Picture("photo.png"), "--json", json));

        string text = _output.ToString();
        Assert.Contains($"| {raw} |", text, StringComparison.Ordinal);
        Assert.Contains("| model | run 1 | run 2 | within |", text, StringComparison.Ordinal);
        Assert.Contains($"| {whole} |", text, StringComparison.Ordinal);
        Assert.Contains("in the network", text, StringComparison.Ordinal);
        using var figures = JsonDocument.Parse(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken));
        Assert.Equal(2, figures.RootElement.GetArrayLength());
        var device = figures.RootElement[0][1].GetProperty("report").GetProperty("device");
        Assert.Equal((1, false), (device.GetProperty("threads").GetInt32(), device.GetProperty("spinning").GetBoolean()));
    }

    [Fact]
    public async Task The_torch_engine_runs_what_an_exported_file_says_it_is()
    {
        string raw = Write("raw.onnx", SmallModel.Raw());

        Assert.Equal(0, await RunAsync("measure", raw, "--max-seconds", "0.2", "--engine", "torch"));

        Assert.Contains(", torch, ", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("measure", raw, "--engine", "torch", "--device", "cuda:99"));
        Assert.Contains("'cuda:99'", Assert.Single(Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Widths_are_predicted_and_measured()
    {
        string json = Path.Combine(_folder, "widths.json");

        int code = await RunAsync("widths", Write("raw.onnx", SmallModel.Raw()), "--speed-up", "1.1", "--structures", "4", "--max-seconds", "0.5", "--groups",
            "hidden", "neck", "--json", json);

        string text = _output.ToString();
        Assert.True(code == (text.Contains("cannot be reached", StringComparison.Ordinal) ? 1 : 0), text + _error);
        Assert.Contains("Fitted to 4 measured structures; each predicted from the others: mean error ", text, StringComparison.Ordinal);
        Assert.Contains("| these widths |", text, StringComparison.Ordinal);
        var widths = JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken))!;
        Assert.Equal(SmallModel.Model.Network.Groups.Select(g => g.Name).Order(StringComparer.Ordinal), widths.Keys.Order(StringComparer.Ordinal));
        Assert.All(SmallModel.Model.Network.Groups, g => Assert.InRange(widths[g.Name], 1, g.DenseWidth));
    }

    [Fact]
    public async Task Detect_draws_and_lists_what_it_finds_with_either_form_and_from_a_folder()
    {
        string photos = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName,
            trained = Directory.CreateDirectory(Path.Combine(_folder, "trained")).FullName;
        Picture("photos/a.jpg");
        Picture("photos/b.png", 40, 80);
        Picture("a.jpg");
        await File.WriteAllTextAsync(Path.Combine(trained, "detector.json"), SmallModel.Model.Spec.ToJson(), TestContext.Current.CancellationToken);
        await using (var weights = File.Create(Path.Combine(trained, "weights.safetensors")))
        {
            Safetensors.Write(weights, SmallModel.Weights);
        }
        string[] models = [Write("raw.onnx", SmallModel.Raw()), Write("whole.onnx", SmallModel.EndToEnd()), trained];
        var found = new List<string>();
        foreach (string model in models)
        {
            string drawn = Path.Combine(_folder, "drawn"), json = Path.Combine(_folder, "objects.json");
            Assert.Equal(0, await RunAsync(
                "detect", photos, Path.Combine(_folder, "a.jpg"), "--model", model, "--out", drawn, "--json", json, "--score-threshold", "0.0085"));

            Assert.Equal(["a-2.jpg", "a.jpg", "b.png"], Directory.GetFiles(drawn).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            using var bitmap = SKBitmap.Decode(Path.Combine(drawn, "b.png"));
            Assert.Equal((40, 80), (bitmap.Width, bitmap.Height));
            found.Add(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
            Directory.Delete(drawn, recursive: true);
        }
        Assert.Equal(found[0], found[2]);
        using var objects = JsonDocument.Parse(found[0]);
        Assert.Equal(3, objects.RootElement.GetArrayLength());
        Assert.Contains("photos/b.png: ", _output.ToString().Replace(_folder + "/", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_picture_does_not_keep_the_others_from_being_looked_at()
    {
        string broken = Write("broken.jpg", [0xff, 0xd8, 1, 2, 3]), good = Picture("good.png"), drawn = Path.Combine(_folder, "drawn");

        Assert.Equal(2, await RunAsync("detect", broken, good, "--model", Write("raw.onnx", SmallModel.Raw()), "--out", drawn));

        Assert.Contains("broken.jpg", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Equal(["good.png"], Directory.GetFiles(drawn).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_drawing_never_replaces_a_picture()
    {
        string picture = Picture("photo.png");
        byte[] before = await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken);

        Assert.Equal(2, await RunAsync("detect", picture, "--model", Write("raw.onnx", SmallModel.Raw()), "--out", _folder));

        Assert.Contains("would be replaced", Assert.Single(Errors), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(picture, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("original", false, "float32", false)]
    [InlineData("iterative-40#2", true, "float32", false)]
    [InlineData("iterative-40 #2", false, "float32", true)]
    [InlineData("iterative-40", false, "float32", false)]
    [InlineData("abcdef", true, "float32", true)]
    [InlineData("originalint8", false, "int8", false)]
    [InlineData("original int8", true, "int8", false)]
    public async Task Export_writes_the_model_that_was_named(string point, bool raw, string precision, bool anyBatch)
    {
        var sessions = await SearchAsync();
        string path = Path.Combine(_folder, "model.onnx");
        string[] form = [.. raw || anyBatch ? (string[])["--raw"] : [], .. anyBatch ? (string[])["--batch", "any"] : []];

        Assert.True(await RunAsync(sessions, ["export", "made-up-0001", point, "--onnx", path, .. form]) == 0, _error.ToString());

        using var detector = OnnxDetector.Open(path);
        Assert.Equal((!(raw || anyBatch), precision), (detector.EndToEnd, detector.Precision));
        Assert.Equal(SmallModel.Model.Spec.Classes, detector.Spec.Classes);
        Assert.StartsWith($"{path}: {(point == "iterative-40" || point == "abcdef" ? "" : point[..8])}", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("made-up-0001", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iterative-70", "it has original, originalint8, iterative-40#1, iterative-40#2")]
    [InlineData("iterative-40 int8", "There is no model")]
    [InlineData("abc", "There is no model")] // too short for a key
    public async Task Export_names_what_there_is(string point, string message)
    {
        Assert.Equal(2, await RunAsync(await SearchAsync(), "export", "made-up-0001", point, "--onnx", Path.Combine(_folder, "model.onnx")));

        Assert.Contains(message, Assert.Single(Errors), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "model.onnx")));
    }

    // A search of three models that have the same detector.
    private async Task<ScriptedSessions> SearchAsync()
    {
        StageReport Report(string digits, double speedUp) => Some.Report(.7, speedUp) with { Key = StageKey.Parse(digits.PadRight(StageKey.Length, '0')) };
        FrontierPoint original = Some.Point("dense", ScheduleKind.Base, 0, 0, Report("00aa00", 1));
        var sessions = new ScriptedSessions(_folder, Some.Status(WorkState.Completed))
        {
            View = Some.View() with
            {
                Points =
                [
                    original, original with { Precision = FrontierPoints.QuantisedPrecision },
                    Some.Point("iterative-40", ScheduleKind.Iterative, .2, 1, Report("abcdef11", 1.2)),
                    Some.Point("iterative-40", ScheduleKind.Iterative, .4, 2, Report("beef00", 1.5)),
                ],
            },
        };
        foreach (var point in sessions.View.Points)
        {
            var key = point.Report.Key;
            await PutAsync(CheckpointNames.Detector(key), stream => stream.Write(Encoding.UTF8.GetBytes(SmallModel.Model.Spec.ToJson())));
            await PutAsync(CheckpointNames.Weights(key), stream => Safetensors.Write(stream, SmallModel.Weights));
        }
        byte[] quantised = Int8Quantisation.Quantise(SmallModel.Raw(), [new float[3 * 64 * 64]]);
        await PutAsync(CheckpointNames.Int8Onnx(original.Report.Key), stream => stream.Write(quantised));
        return sessions;

        Task PutAsync(string name, Action<Stream> write) => sessions.Checkpoints.PutAsync(name, (stream, _) =>
        {
            write(stream);
            return Task.CompletedTask;
        });
    }
}
