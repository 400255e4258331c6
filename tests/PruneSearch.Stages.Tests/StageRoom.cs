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

/// <summary>Drawn pictures in a folder, a store that knows them, and a runner of stages of a small detector on them.</summary>
internal sealed class StageRoom : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("stages").FullName;
    private readonly DetectionDataset _train, _validation;

    public StageRoom(int train, int validation)
    {
        string shapes = Path.Combine(_folder, "shapes");
        ShapesDataset.Write(shapes, new ShapesOptions { Train = train, Validation = validation, ImageSize = 64 });
        (_train, _validation) = (ShapesDataset.Read(shapes, "train"), ShapesDataset.Read(shapes, "val"));
        (Store, Runner) = Open(_folder);
        foreach (var dataset in (DetectionDataset[])[_train, _validation])
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            Store.PutAsync(
                CheckpointNames.Dataset(dataset.ManifestHash),
                (stream, cancellation) => stream.WriteAsync(json, cancellation).AsTask()).GetAwaiter().GetResult();
        }
    }

    private StageRoom(StageRoom like)
    {
        (_train, _validation) = (like._train, like._validation);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(like._folder, "store"), "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_folder, Path.GetRelativePath(like._folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        (Store, Runner) = Open(_folder);
    }

    /// <summary>Where stages leave what they make.</summary>
    public FolderCheckpointStore Store { get; }

    /// <summary>Runs stages on all threads.</summary>
    public IStageRunner Runner { get; }

    /// <summary>The drawn pictures.</summary>
    public DataSettings Data => new() { Train = _train.ManifestHash, Validation = _validation.ManifestHash };

    /// <summary>Another room with the same pictures, as long as this one is there, and a copy of all that stages left here.</summary>
    public StageRoom Copy() => new(this);

    /// <summary>A first stage.</summary>
    public StageDescription Base(FineTuneSettings settings) => new()
    {
        Base = new BaseSettings
        {
            Detector = SsdFamily.Spec(_train.Classes, new() { WidthMultiplier = 0.35, Extras = ExtraLayerStyle.Separable }) with { InputSize = 64 },
        },
        Data = Data,
        FineTune = settings,
        Measure = new MeasureSettings { MaxSeconds = 0.1 },
        Seed = 1,
    };

    /// <summary>Runs a stage to its end, or cancels it after a step.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public StageReport Run(StageDescription stage, int? cancelAfter = null)
    {
        using var stop = new CancellationTokenSource();
        return Runner.Run(new StageJob(stage.ComputeKey(), stage, Epoch: 1), p => StopAfter(p.Step), stop.Token);

        void StopAfter(int step)
        {
            if (step == cancelAfter)
            {
                stop.Cancel();
            }
        }
    }

    /// <summary>An object of the store.</summary>
    public async Task<MemoryStream> ReadAsync(string name)
    {
        await using var stream = await Store.OpenReadAsync(name, TestContext.Current.CancellationToken);
        var content = new MemoryStream();
        await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
        content.Position = 0;
        return content;
    }

    /// <summary>Architecture and widths of a finished stage.</summary>
    public async Task<DetectorSpec> DetectorAsync(StageKey key) =>
        DetectorSpec.FromJson(Encoding.UTF8.GetString((await ReadAsync(CheckpointNames.Detector(key))).ToArray()), "detector");

    /// <summary>Names of the objects that begin so.</summary>
    public async Task<List<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (string name in Store.ListAsync(prefix, TestContext.Current.CancellationToken))
        {
            names.Add(name);
        }
        return names;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (FolderCheckpointStore Store, IStageRunner Runner) Open(string folder)
    {
        var store = new FolderCheckpointStore(Path.Combine(folder, "store"));
        var services = new ServiceCollection().AddSingleton<ICheckpointStore>(store).AddStageRunner().BuildServiceProvider();
        return (store, services.GetRequiredService<IStageRunner>());
    }
}
