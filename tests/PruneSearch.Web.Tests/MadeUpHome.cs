using System.Text;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;
using PruneSearch.Storage;
using PruneSearch.Tests;

namespace PruneSearch.Web.Tests;

/// <summary>A search of drawn pictures with two models that can be run; their figures are made up, their weights random.</summary>
internal sealed class MadeUpHome : IDisposable
{
    /// <summary>A search file that can be launched.</summary>
    public const string SearchText = """
        name: cells
        data: {format: shapes, train: 4, validation: 3, size: 96}
        detector: {input-size: 96, width-multiplier: 0.35, extras: separable, fine-tune: {steps: 1}}
        pruning: {groups: [hidden]}
        fine-tune: {steps: 1}
        trajectories: {levels: [0.2], schedules: [{kind: one-shot}]}
        """;

    /// <summary>The same with other data.</summary>
    public static string TextWith(string data) => string.Join('\n', SearchText.Split('\n').Select(l => l.StartsWith("data:", StringComparison.Ordinal)
        ? $"data: {data}" : l));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");

    public MadeUpHome() => Store = new FolderCheckpointStore(Path.Combine(_folder.FullName, "home"));

    public ICheckpointStore Store { get; }

    public string Drawn => Path.Combine(_folder.FullName, "drawn");

    public SearchPlan? Plan { get; private set; }

    public IReadOnlyList<FrontierPoint> Reports { get; private set; } = [];

    /// <summary>Draws the pictures and makes the models.</summary>
    public async Task MakeAsync(string id)
    {
        var search = new SearchLauncher(Drawn, TimeProvider.System).Check(SearchFileReader.Parse(SearchText, "search.yaml"));
        await SearchLauncher.PublishAsync(search, Store);
        Plan = search.Plan with { Id = id };
        var dense = DetectorCatalog.Build(search.Plan.Trajectories[0].Stages[0].Base!.Detector);
        var widths = dense.Network.Groups.ToDictionary(g => g.Name, g => g.Kind == Core.Networks.ChannelGroupKind.Hidden ? Math.Max(8, g.Width / 2) : g.Width);
        var oneShot = search.Plan.Trajectories.First(t => t.Schedule == ScheduleKind.OneShot);
        Reports =
        [
            await PointAsync("dense", ScheduleKind.Base, 0, oneShot.Keys[0], dense, 0.8, 1),
            await PointAsync(oneShot.Name, ScheduleKind.OneShot, 1, oneShot.Keys[1], dense.With(widths), 0.7, 1.5),
        ];
    }

    /// <summary>Writes what a stage leaves, with random weights.</summary>
    /// <returns>Bytes of the exported model.</returns>
    public static async Task<int> WriteModelAsync(ICheckpointStore store, StageKey key, DetectorModel model)
    {
        var weights = RandomWeights.For(model, seed: 1);
        using var tensors = new MemoryStream();
        Safetensors.Write(tensors, weights);
        byte[] onnx = OnnxExport.ToBytes(model, weights);
        await PutAsync(CheckpointNames.Detector(key), Encoding.UTF8.GetBytes(model.Spec.ToJson()));
        await PutAsync(CheckpointNames.Weights(key), tensors.ToArray());
        await PutAsync(CheckpointNames.Onnx(key), onnx);
        return onnx.Length;

        Task<bool> PutAsync(string name, byte[] content) => store.PutAsync(name, (stream, stop) => stream.WriteAsync(content, stop).AsTask());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<FrontierPoint> PointAsync(
        string name, ScheduleKind schedule, int iteration, StageKey key, DetectorModel model, double map50, double speedUp)
    {
        int bytes = await WriteModelAsync(Store, key, model);
        return new FrontierPoint
        {
            Trajectory = name,
            Schedule = schedule,
            Ratio = 0.2 * iteration,
            Iteration = iteration,
            OnFrontier = true,
            Report = MadeUp.Report(
                map50, speedUp, key, MadeUp.Latency(speedUp, 0.1) with { SessionSpeedUps = [speedUp - 0.05, speedUp, speedUp + 0.07] }) with
            {
                ClassAp50 = new() { ["circle"] = map50, ["<b>star</b>"] = double.NaN },
                ModelBytes = bytes,
                Channels = ChannelCount.Of(model.Network),
            },
        };
    }
}
