using PruneSearch.Client.Inputs;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Weights;

namespace PruneSearch.Client.Tests.Inputs;

/// <summary>Weights as the original program calls them, right in a search file.</summary>
public sealed class BaseWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weights ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Names_of_the_original_are_translated(bool norms)
    {
        var source = Source(Original(norms));

        var weights = BaseWeights.Read(source)!;

        Assert.Equal((norms, "cat dog"), (weights.Detector!.BatchNorm, string.Join(' ', weights.Detector.Classes)));
        using var content = new MemoryStream(weights.Content());
        var tensors = Safetensors.Read(content, "content");
        tensors.RequireFit(DetectorCatalog.Build(weights.Detector).Network, "content");
        // The second and third pixel of a block change places.
        Assert.Equal([0, 54, 27, 81], tensors["stem.conv.conv.weight"].Values[..108].Where((_, i) => i % 27 == 0));
    }

    [Fact]
    public void What_does_not_fit_is_named_as_the_original_does()
    {
        var damaged = Original(norms: false);
        damaged["head.obj_preds.0.bias"] = new WeightTensor([2], [1, 2]);
        string Refused() => Assert.Throws<FormatException>(() => BaseWeights.Read(Source(damaged))).Message;
        Assert.EndsWith("y.safetensors: tensor 'head.obj_preds.0.bias' has shape [2], expected [1]", Refused(), StringComparison.Ordinal);
        damaged.Remove("backbone.C3_p4.conv1.conv.bias");
        Assert.Contains("'backbone.C3_p4.conv1.conv.bias' [32] is missing, expected all tensors of YOLOX with folded", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_change_after_the_check_are_not_taken()
    {
        var source = Source(Original(norms: false));
        var weights = BaseWeights.Read(source)!;
        var other = Original(norms: false);
        other["head.obj_preds.0.bias"] = new WeightTensor([1], [7]);
        Write(other);

        Assert.Contains("changed while the search was being launched", Assert.Throws<FormatException>(weights.Content).Message, StringComparison.Ordinal);
    }

    private DetectorSource Source(WeightSet weights)
    {
        string labels = Path.Combine(_folder, "labels.txt");
        File.WriteAllLines(labels, ["cat", "dog"]);
        return new DetectorSource { Template = YoloxFamily.Spec(["object"], new YoloxOptions { Width = 0.125 }), Weights = Write(weights), Labels = labels };
    }

    private string Write(WeightSet weights)
    {
        string path = Path.Combine(_folder, "y.safetensors");
        using var stream = File.Create(path);
        Safetensors.Write(stream, weights);
        return path;
    }

    // Values count up, so that each tells where it came from.
    private static WeightSet Original(bool norms)
    {
        var state = new WeightSet();
        var spec = YoloxFamily.Spec(["cat", "dog"], new YoloxOptions { Width = 0.125 }) with { BatchNorm = norms };
        foreach (var tensor in DetectorCatalog.Build(spec).Network.Tensors)
        {
            bool Begins(string with) => tensor.Name.StartsWith(with, StringComparison.Ordinal);
            float[] values = [.. Enumerable.Range(0, (int)tensor.Length).Select(i => (float)i)];
            state[(Begins("head.") ? "" : Begins("stem.") || Begins("dark") ? "backbone.backbone." : "backbone.") + tensor.Name] = new(tensor.Shape, values);
        }
        return state;
    }
}
