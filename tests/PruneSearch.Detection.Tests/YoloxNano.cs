using PruneSearch.Data.Loading;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Detection;
using PruneSearch.Detection.Import;
using static TorchSharp.torch;

namespace PruneSearch.Tests.Detection;

/// <summary>The shared trained YOLOX-nano, and the pictures and objects for which an independent implementation's answers are known.</summary>
internal static class YoloxNano
{
    public const int Size = 416;

    public static string[] Classes => File.ReadAllLines(SharedData.Require("weights/yolox_nano_coco.labels.txt"));

    public static ImportedDetector Read() =>
        DetectorImport.Read(SharedData.Require("weights/yolox_nano_coco.safetensors"), new ImportOptions { Classes = Classes, InputSize = Size });

    /// <summary>Two pictures <c>[2, 3, 416, 416]</c>.</summary>
    public static Tensor Pictures()
    {
        const int Length = 3 * Size * Size;
        return AlignedTensor.Of(
            [.. Enumerable.Range(0, 2 * Length).Select(i => (float)(127.5 * (Math.Sin((i < Length ? 0.01 : 0.0037) * (i % Length)) + 1)))], [2, 3, Size, Size]);
    }

    /// <summary>What is said to be on them.</summary>
    public static BatchImage[] Objects() =>
    [
        Image((0, 100, 120, 80, 60), (16, 300, 200, 150, 180), (2, 50, 350, 20, 30)),
        Image((15, 208, 208, 300, 250), (0, 380, 40, 30, 60)),
    ];

    /// <summary>A picture with objects: class, horizontal and vertical centre, width, height in pixels.</summary>
    public static BatchImage Image(params (int Class, float X, float Y, float Width, float Height)[] objects) => new()
    {
        SampleIndex = 0,
        ImageId = 1,
        Width = Size,
        Height = Size,
        Boxes = [.. objects.Select(
            o => new BoxCorners((o.Y - o.Height / 2) / Size, (o.X - o.Width / 2) / Size, (o.Y + o.Height / 2) / Size, (o.X + o.Width / 2) / Size))],
        Classes = [.. objects.Select(o => o.Class)],
    };
}
