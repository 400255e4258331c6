using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;

namespace PruneSearch.Tests.Core.Weights;

public sealed class DetectorFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("detector folder ").FullName;
    private readonly DetectorModel _model = DetectorCatalog.Build(
        new DetectorSpec { Architecture = SsdFamily.Architecture, Classes = ["cell"], InputSize = 64, Options = new SsdOptions { WidthMultiplier = 0.25 } });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read_and_nothing_else_is_left()
    {
        var weights = Weights();
        DetectorFolder.Write(_folder, _model, weights);
        DetectorFolder.Write(_folder, _model, weights); // again: replaced
        var (model, read) = DetectorFolder.Read(_folder);
        Assert.Equal(_model.Spec.ToJson(), model.Spec.ToJson());
        Assert.All(weights, w => Assert.Equal(w.Value.Values, read[w.Key].Values));
        Assert.Equal(["detector.json", "labels.txt", "weights.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        Assert.Equal(["background", "cell"], File.ReadAllLines(Path.Combine(_folder, DetectorFolder.LabelsFile)));
    }

    [Fact]
    public void A_missing_file_and_foreign_weights_are_refused()
    {
        Assert.ThrowsAny<IOException>(() => DetectorFolder.Read(Path.Combine(_folder, "none")));
        DetectorFolder.Write(_folder, _model, Weights());
        var other = DetectorCatalog.Build(_model.Spec with { Classes = ["a", "b"] });
        File.WriteAllText(Path.Combine(_folder, DetectorFolder.DetectorFile), other.Spec.ToJson());
        string message = Assert.Throws<FormatException>(() => DetectorFolder.Read(_folder)).Message;
        Assert.Contains(
            "weights.safetensors: tensor 'BoxPredictor_0.ClassPredictor.weight' has shape [6, 144, 1, 1], expected [9, 144, 1, 1]",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_specifications_are_read_or_refused()
    {
        byte[] json = Encoding.UTF8.GetBytes(_model.Spec.ToJson());
        int refused = Fuzz.Run<FormatException>(json, 1000, damaged =>
        {
            string file = Path.Combine(_folder, DetectorFolder.DetectorFile);
            File.WriteAllBytes(file, damaged);
            DetectorFolder.ReadModel(file);
        });
        Assert.InRange(refused, 500, 1000);
    }

    private WeightSet Weights()
    {
        var weights = new WeightSet();
        foreach (var tensor in _model.Network.Tensors)
        {
            weights.Add(tensor.Name, new WeightTensor(tensor.Shape, [.. Enumerable.Range(0, (int)tensor.Length).Select(i => i * 0.5f)]));
        }
        return weights;
    }
}
