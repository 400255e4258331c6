using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Shapes;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Tests.Stages;

/// <summary>Drawn pictures, stores that know them, and runners of stages of a small detector on them.</summary>
public abstract class StageRuns : IDisposable
{
    protected StageRuns()
    {
        string shapes = Path.Combine(Folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = 16, Validation = 8, ImageSize = 64 });
        (Train, Validation) = (ShapesDataset.Read(shapes, "train"), ShapesDataset.Read(shapes, "val"));
    }

    protected string Folder { get; } = Directory.CreateTempSubdirectory("stages").FullName;

    protected DetectionDataset Train { get; }

    protected DetectionDataset Validation { get; }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected StageDescription Base() => new()
    {
        Base = new BaseSettings
        {
            Detector = new DetectorSpec
            {
                Architecture = SsdFamily.Architecture,
                Classes = Train.Classes,
                InputSize = 64,
                Options = new SsdOptions { WidthMultiplier = 0.25, Extras = ExtraLayerStyle.Separable },
            },
        },
        Data = Data,
        FineTune = new FineTuneSettings { Steps = 6, BatchSize = 4, LearningRate = 1e-3, EmaDecay = 0.9 },
        Measure = new MeasureSettings { MaxSeconds = 0.2 },
        Seed = 1,
    };

    protected StageDescription Pruned(double ratio) => new()
    {
        Parent = Base().ComputeKey(),
        Data = Data,
        Prune = new PruneSettings { Ratio = ratio },
        FineTune = new FineTuneSettings { Steps = 3, BatchSize = 4, Distillation = 0.5 },
        Measure = new MeasureSettings { MaxSeconds = 0.2, Baseline = Base().ComputeKey() },
        Seed = 1,
    };

    protected DataSettings Data => new() { Train = Train.ManifestHash, Validation = Validation.ManifestHash };

    protected static StageJob Job(StageDescription description) => new(description.ComputeKey(), description, Epoch: 1);

    protected async Task<(ICheckpointStore Store, IStageRunner Runner)> StartAsync(string name, int threads = 0, string device = "cpu")
    {
        var store = new FolderCheckpointStore(Path.Combine(Folder, name));
        foreach (var dataset in (DetectionDataset[])[Train, Validation])
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            await store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), async (stream, cancellation) => await stream.WriteAsync(json, cancellation));
        }
        var services = new ServiceCollection().AddSingleton<ICheckpointStore>(store)
            .AddStageRunner(o => (o.Threads, o.Device) = (threads, device)).BuildServiceProvider();
        return (store, services.GetRequiredService<IStageRunner>());
    }

    protected static async Task<string> ReadTextAsync(ICheckpointStore store, string name)
    {
        using var reader = new StreamReader(await store.OpenReadAsync(name));
        return await reader.ReadToEndAsync();
    }

    protected static async Task<List<string>> NamesAsync(ICheckpointStore store, string prefix)
    {
        var names = new List<string>();
        await foreach (string name in store.ListAsync(prefix))
        {
            names.Add(name);
        }
        return names;
    }
}
