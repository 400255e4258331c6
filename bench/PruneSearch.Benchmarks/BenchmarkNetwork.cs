using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Networks;

namespace PruneSearch.Benchmarks;

/// <summary>
/// The detectors whose speed is measured beside PyTorch, by the names that the scripts know. Paddings are those that PyTorch's layers
/// have too.
/// </summary>
internal static class BenchmarkNetwork
{
    /// <summary>COCO's number of classes.</summary>
    private const int Classes = 80;

    /// <summary>YOLOX-nano at 416, or RetinaNet on MobileNet-V2 at 320 with a pyramid of 64 channels and heads of two convolutions.</summary>
    /// <exception cref="ArgumentException">Another name.</exception>
    public static DetectorModel Build(string name, bool batchNorm = true)
    {
        string[] classes = [.. Enumerable.Range(1, Classes).Select(i => $"class {i}")];
        var spec = name switch
        {
            "yolox-nano" => YoloxFamily.Spec(classes),
            "retinanet-mobilenet" => RetinaNetFamily.Spec(classes, new RetinaNetOptions { PyramidWidth = 64, HeadDepth = 2, Padding = PaddingStyle.Symmetric }),
            _ => throw new ArgumentException($"Unknown network '{name}', expected yolox-nano or retinanet-mobilenet."),
        };
        return DetectorCatalog.Build(spec with { BatchNorm = batchNorm });
    }
}
