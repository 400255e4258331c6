using System.Security.Cryptography;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Detection.Import;
using PruneSearch.Detection.Networks;
using PruneSearch.Stages;
using PruneSearch.Stages.Inputs;
using PruneSearch.Storage;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Stages;

/// <summary>A detector that begins with the backbone of another family computes what that one does, up to where they part.</summary>
public sealed class BackboneTests : IDisposable
{
    private const string LastShared = "Conv_1.relu6";

    private static readonly RetinaNetOptions Options = new() { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("backbone").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, HeadNorms.None)]
    [InlineData(false, HeadNorms.PerLevel)]
    [InlineData(true, HeadNorms.None)]
    public async Task The_backbone_computes_what_it_did(bool norms, HeadNorms heads)
    {
        var other = DetectorCatalog.Build(SsdFamily.Spec(["a", "b"], new() { WidthMultiplier = 0.25 }) with { InputSize = 64, BatchNorm = norms });
        var weights = RandomWeights.For(other, 7);
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        string sha256 = await PutAsync(store, weights);
        ShapesDataset.Write(Path.Combine(_folder, "shapes"), new ShapesOptions { Train = 8, Validation = 1, ImageSize = 64 });
        var train = ShapesDataset.Read(Path.Combine(_folder, "shapes"), "train");
        var settings = new BaseSettings
        {
            Detector = RetinaNetFamily.Spec(train.Classes, Options with { HeadNorms = heads }, 64),
            BackboneSha256 = sha256,
            CalibrationImages = 8,
        };
        var warnings = new List<string>();
        var (model, built) = new BaseDetector(new StageFiles(store, new PictureInputs(store, Path.Combine(_folder, "cache"))))
            .Build(settings, train, seed: 1, CPU, warnings);

        Assert.True(model.Spec.BatchNorm);
        Assert.Equal(train.Classes, model.Spec.Classes);
        var fresh = RandomWeights.For(model, 1);
        Assert.All(model.Network.Tensors.Where(t => !t.Name.Contains("Conv", StringComparison.OrdinalIgnoreCase)
            || t.Name.Contains("head", StringComparison.Ordinal)),
            t => Assert.Equal(fresh[t.Name].Values, built[t.Name].Values));
        using var scope = NewDisposeScope();
        var picture = tensor([.. Enumerable.Range(0, 3 * 64 * 64).Select(i => (float)Math.Sin(i * 0.01))], [1, 3, 64, 64]);
        float[] expected = Features(other, weights, picture), found = Features(model, built, picture);
        Assert.True(expected.Max() > 0.1f);
        Assert.All(expected.Zip(found), p => Assert.InRange(p.First - p.Second, -1e-4f, 1e-4f));
        Assert.Contains($"tensors, up to layer '{(norms ? "Conv_1.bn" : "Conv_1")}', come from the backbone weights", warnings[0], StringComparison.Ordinal);
        Assert.Equal(norms ? 1 : 2, warnings.Count);
    }

    private static float[] Features(DetectorModel model, WeightSet weights, Tensor picture)
    {
        using var guard = no_grad();
        using var network = new TorchNetwork(model.Network, weights);
        float[] features = [];
        network.Forward(picture, observe: (layer, _, output) => features = layer.Name == LastShared ? output.contiguous().data<float>().ToArray() : features);
        return features;
    }

    private static async Task<string> PutAsync(FolderCheckpointStore store, WeightSet weights)
    {
        using var file = new MemoryStream();
        Safetensors.Write(file, weights);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(file.ToArray()));
        await store.PutAsync(CheckpointNames.Input(sha256), (stream, c) => stream.WriteAsync(file.ToArray(), c).AsTask());
        return sha256;
    }
}
