using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Detectors.Yolox;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Data.Shapes;
using PruneSearch.Inference.Detecting;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Tests.Stages;

/// <summary>Every family is trained, pruned, quantised, exported and used alike, one that is registered with a line in this test too.</summary>
public sealed class FamilyStagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("toy").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ToyFamily.Architecture)]
    [InlineData(SsdFamily.Architecture)]
    [InlineData(YoloxFamily.Architecture)]
    [InlineData(RetinaNetFamily.Architecture)]
    public async Task A_family_trains_prunes_exports_and_detects(string family)
    {
        ToyFamily.Register();
        string shapes = Path.Combine(_folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = 16, Validation = 8, ImageSize = 64 });
        DetectionDataset train = ShapesDataset.Read(shapes, "train"), validation = ShapesDataset.Read(shapes, "val");
        var store = new FolderCheckpointStore(Path.Combine(_folder, "store"));
        foreach (var dataset in (DetectionDataset[])[train, validation])
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            await store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), async (stream, cancellation) => await stream.WriteAsync(json, cancellation));
        }
        await using var services = new ServiceCollection().AddSingleton<ICheckpointStore>(store).AddStageRunner(_ => { }).BuildServiceProvider();
        var runner = services.GetRequiredService<IStageRunner>();
        var @base = new StageDescription
        {
            Base = new BaseSettings { Detector = Small(family) with { Classes = train.Classes } },
            Data = new DataSettings { Train = train.ManifestHash, Validation = validation.ManifestHash },
            FineTune = new FineTuneSettings { Steps = 6, BatchSize = 4 },
            Measure = new MeasureSettings { MaxSeconds = 0.2 },
            Seed = 1,
        };
        var dense = Run(@base);
        var pruned = Run(@base with
        {
            Base = null,
            Parent = dense.Key,
            Prune = new PruneSettings { Ratio = 0.5, RoundTo = 1 },
            FineTune = new FineTuneSettings { Steps = 3, BatchSize = 4, Distillation = 0.5 },
            Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = dense.Key },
            Export = new ExportSettings { Quantise = true, CalibrationImages = 4 },
        });

        Assert.True(pruned.Parameters < dense.Parameters && pruned.Macs < dense.Macs);
        Assert.True(double.IsFinite(dense.FinalLoss!.Value) && double.IsFinite(pruned.FinalLoss!.Value));
        using var file = new MemoryStream();
        await using (var stream = await store.OpenReadAsync(CheckpointNames.Onnx(pruned.Key), TestContext.Current.CancellationToken))
        {
            await stream.CopyToAsync(file, TestContext.Current.CancellationToken);
        }
        Assert.True(pruned.Quantised!.Latency.SpeedUp > 0);
        using var detector = OnnxDetector.Load(file.ToArray(), family);
        Assert.Equal(family, detector.Spec.Architecture);
        var wide = new RgbImage(160, 40, [.. Enumerable.Repeat((byte)90, 160 * 40 * 3)]);
        var found = detector.Detect(wide, new DetectionOptions { ScoreThreshold = 0 });
        Assert.NotEmpty(found);
        Assert.All(found, d => Assert.True(d.Box is { YMin: >= 0, XMin: >= 0, YMax: <= 1, XMax: <= 1 } && d.Box.Area() > 0 && d.Class < train.Classes.Count));

        StageReport Run(StageDescription stage) =>
            runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), _ => { }, TestContext.Current.CancellationToken);
    }

    private static DetectorSpec Small(string family)
    {
        var template = DetectorCatalog.Find(family).Template with { InputSize = 64 };
        return template.Options switch
        {
            SsdOptions ssd => template with { Options = ssd with { WidthMultiplier = 0.25, Extras = ExtraLayerStyle.Separable } },
            YoloxOptions yolox => template with { Options = yolox with { Width = 0.125 } },
            RetinaNetOptions retina => template with { Options = retina with { WidthMultiplier = 0.25, PyramidWidth = 64, HeadDepth = 1 } },
            _ => template,
        };
    }
}
