using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Tests.Commands;

/// <summary>A narrow detector on small pictures, and files that only look like it.</summary>
internal static class SmallModel
{
    public static readonly DetectorModel Model = DetectorCatalog.Build(new DetectorSpec
    {
        Architecture = SsdFamily.Architecture,
        Classes = ["cat", "dog"],
        InputSize = 64,
        Options = new SsdOptions { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable },
    });

    public static readonly WeightSet Weights = RandomWeights.For(Model, 1);

    public static byte[] Raw() => OnnxExport.ToBytes(Model, Weights);

    public static byte[] EndToEnd()
    {
        using var stream = new MemoryStream();
        OnnxExport.WriteEndToEnd(stream, Model, Weights, new DetectionOptions { ScoreThreshold = 0.001f, MaxTotal = 20 });
        return stream.ToArray();
    }

    /// <summary>A file that says it uses an operator set of the past.</summary>
    public static byte[] OldOperators()
    {
        byte[] file = Raw(), entry = [0x42, 0x04, 0x0a, 0x00, 0x10, OnnxExport.MinOpset]; // opset_import with an empty domain
        int at = file.AsSpan().LastIndexOf(entry);
        Assert.True(at > 0, "the file has no entry of its operator set");
        file[at + 5] = 9;
        return file;
    }

    /// <summary>A model of something else: one grey plane instead of a picture.</summary>
    public static byte[] Foreign()
    {
        var builder = new NetworkBuilder();
        string plane = builder.Input("plane", 1, 64, 64);
        builder.Output("out", [builder.Conv("conv", plane, ChannelLayout.Fixed(4), kernel: 3, bias: true)], 4);
        var network = builder.Build();
        var weights = new WeightSet();
        foreach (var tensor in network.Tensors)
        {
            weights[tensor.Name] = new WeightTensor(tensor.Shape, new float[tensor.Length]);
        }
        return OnnxExport.ToBytes(Model with { Network = network, References = [] }, weights);
    }
}
