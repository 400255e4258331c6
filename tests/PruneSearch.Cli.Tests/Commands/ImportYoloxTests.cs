using System.Text;
using System.Text.Json.Nodes;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Tests;
using PruneSearch.Tests.Core.Weights;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary><c>import --architecture yolox</c> with what users have, and with what they should not have.</summary>
public sealed class ImportYoloxTests : IDisposable
{
    private static readonly DetectorModel Nano = DetectorCatalog.Build(YoloxFamily.Spec(["cat", "dog"]));

    private readonly string _folder = Directory.CreateTempSubdirectory("import ").FullName;
    private readonly StringWriter _output = new(), _error = new();

    private string Target => Path.Combine(_folder, "out");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_state_dict_becomes_a_detector()
    {
        Assert.Equal(0, await RunAsync(File("y.pth", TorchFile.Of(Original(), "model")), "--labels", Labels("cat", "dog"), "--input-size", "320"));

        Assert.Contains("yolox, input 320×320, depth 0.33, width 0.25, depthwise true", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 classes, 896,949 parameters, 2,100 reference boxes, batch norms kept", _output.ToString(), StringComparison.Ordinal);
        var (model, weights) = DetectorFolder.Read(Target);
        Assert.Equal((320, "cat dog"), (model.Spec.InputSize, string.Join(' ', model.Spec.Classes)));
        Assert.Equal(Nano.Network.Tensors.Count, weights.Count);
    }

    [Fact]
    public async Task Trained_weights_are_imported_and_evaluated_on_photos_with_some_of_their_classes()
    {
        Assert.Equal(0, await RunAsync(
            SharedData.Require("weights/yolox_nano_coco.safetensors"),
            "--labels", SharedData.Require("weights/yolox_nano_coco.labels.txt"), "--input-size", "416"));

        string figures = Path.Combine(_folder, "figures.json");
        Assert.Equal(0, await CommandLine.RunAsync(
            ["evaluate", Target, "--coco", FewPhotos(12), "--images", Path.Combine(SharedData.Voc, "images"), "--json", figures], Context()));

        var result = JsonNode.Parse(System.IO.File.ReadAllText(figures))!;
        Assert.Contains("80 classes", _output.ToString(), StringComparison.Ordinal);
        Assert.InRange((double)result["ap50"]!, 0.6, 1);
    }

    [Fact]
    public async Task What_is_no_YOLOX_is_refused_in_one_line_and_nothing_is_written()
    {
        string good = File("y.pth", TorchFile.Of(Original()));
        await ExpectAsync("there are 3 class names, expected 2", good, "--labels", Labels("a", "b", "c"));
        await ExpectAsync("Input size 400 is no multiple of the stride 32; the nearest are 384 and 416", good, "--input-size", "400");
        await ExpectAsync("--input-size is '5000', expected a whole number from 32 to 4096", good, "--input-size", "5000");

        var another = Original();
        const string Tensor = "backbone.backbone.dark3.0.pconv.conv.weight";
        another[Tensor] = new WeightTensor([1, 2, 1, 1], [1, 2]);
        await ExpectAsync($"tensor '{Tensor}' has shape [1, 2, 1, 1], expected [64, 32, 1, 1]", File("other.pth", TorchFile.Of(another)));
        another.Remove(Tensor);
        await ExpectAsync($"tensor '{Tensor}' [64, 32, 1, 1] is missing, expected all tensors of YOLOX", File("missing.pth", TorchFile.Of(another)));
        await ExpectAsync(
            "its tensors are called 'conv1.weight'…, expected names of this project or of YOLOX ('backbone.backbone.stem.conv.bn.weight')",
            File("resnet.pth", TorchFile.Of(new WeightSet { ["conv1.weight"] = new WeightTensor([1], [1]) })));
        var noNumbers = Original();
        noNumbers["head.obj_preds.0.bias"] = new WeightTensor([1], [float.NaN]);
        await ExpectAsync("tensor 'head.obj_preds.0.bias' is NaN", File("nan.pth", TorchFile.Of(noNumbers)));
        byte[] evil = new TorchFile().Global("os", "system").Text($"touch {Target}").Code("\u0085R").Bytes();
        await ExpectAsync("it names 'os.system', expected nothing but tensors and numbers", File("evil.pth", evil));
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(
            ["import", "--architecture", "yolox", "--out", Target, .. arguments], Context());

    private CliContext Context() => new() { Output = _output, Error = _error, IsTerminal = false, Sessions = new ScriptedSessions(_folder) };

    // The first photos of the validation split.
    private string FewPhotos(int count)
    {
        var all = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(SharedData.Voc, "val.json")))!;
        var photos = all["images"]!.AsArray().Take(count).Select(i => i!.DeepClone()).ToList();
        var ids = photos.Select(i => (long)i["id"]!).ToHashSet();
        var objects = all["annotations"]!.AsArray().Where(a => ids.Contains((long)a!["image_id"]!)).Select(a => a!.DeepClone());
        return File("few.json", Encoding.UTF8.GetBytes(new JsonObject
        {
            ["images"] = new JsonArray([.. photos]),
            ["annotations"] = new JsonArray([.. objects]),
            ["categories"] = all["categories"]!.DeepClone(),
        }.ToJsonString()));
    }

    private async Task ExpectAsync(string message, params string[] arguments)
    {
        _error.GetStringBuilder().Clear();
        Assert.Equal(2, await RunAsync(arguments));
        Assert.Contains(message, Assert.Single(_error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(Path.Exists(Target));
    }

    private string File(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    private string Labels(params string[] lines)
    {
        string path = Path.Combine(_folder, "labels.txt");
        System.IO.File.WriteAllLines(path, lines);
        return path;
    }

    // Random weights by the names of the original implementation.
    private static WeightSet Original()
    {
        var state = new WeightSet();
        foreach (var (name, tensor) in RandomWeights.For(Nano, 1))
        {
            bool Begins(string with) => name.StartsWith(with, StringComparison.Ordinal);
            state[(Begins("head.") ? "" : Begins("stem.") || Begins("dark") ? "backbone.backbone." : "backbone.") + name] = tensor;
        }
        return state;
    }
}
