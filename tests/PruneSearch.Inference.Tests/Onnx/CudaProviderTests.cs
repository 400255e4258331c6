using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Tests;

namespace PruneSearch.Inference.Tests.Onnx;

/// <summary>Exported models on a GPU, by ONNX Runtime's CUDA provider, beside the same on the processor.</summary>
public sealed class CudaProviderTests(ITestOutputHelper output)
{
    public static TheoryData<string> Families => ["ssd", "retinanet", "yolox"];

    [Theory]
    [MemberData(nameof(Families))]
    public void It_answers_what_the_processor_answers(string family)
    {
        var provider = OnnxProvider.Require(Gpu.Device);
        var model = Make(family);
        byte[] file = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));
        float[] picture = Some.RandomPicture(model.Spec.InputSize, 3);

        var (own, wanted) = (Engine.Run(file, picture, provider: provider), Engine.Run(file, picture));

        foreach (var (name, values) in wanted)
        {
            double largest = values.Max(Math.Abs), worst = values.Zip(own[name]).Max(p => Math.Abs(p.First - p.Second));
            output.WriteLine($"{family}, {name}: largest difference {worst:G3} at values up to {largest:G3}");
            Engine.RequireClose(values, own[name], 2e-3);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void It_is_measured_there_and_named_so(string family)
    {
        var provider = OnnxProvider.Require(Gpu.Device);
        var model = Make(family);
        byte[] file = OnnxExport.ToBytes(model, Some.Weights(model.Network, 1));

        var report = new LatencyMeter(TimeProvider.System).Compare(
            () => new OnnxLatencyEngine(file, 1, "dense", provider: provider), () => new OnnxLatencyEngine(file, 1, "candidate", provider: provider),
            new LatencyOptions { MaxSeconds = 2 }, TestContext.Current.CancellationToken);

        output.WriteLine($"{family}: {report.Device}, {report.Milliseconds:F3} ms, {report.SpeedUp:F3} times as fast as itself");
        Assert.Contains("CUDA", report.Device.Engine, StringComparison.Ordinal);
        Assert.DoesNotContain("cuda:", report.Device.Processor, StringComparison.Ordinal);
        Assert.InRange(report.SpeedUp, 0.8, 1.25); // the same model twice
    }

    private static DetectorModel Make(string family) => family switch
    {
        "ssd" => Some.SmallDetector(),
        "yolox" => DetectorCatalog.Build(YoloxFamily.Spec(Some.Classes, new YoloxOptions { Width = 0.125 }, 96)),
        _ => DetectorCatalog.Build(RetinaNetFamily.Spec(Some.Classes, new RetinaNetOptions { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1 }, 96)),
    };
}
