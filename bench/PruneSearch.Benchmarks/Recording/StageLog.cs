using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Datasets;
using PruneSearch.Stages;
using PruneSearch.Storage;

namespace PruneSearch.Benchmarks.Recording;

/// <summary>What a stage gave and took.</summary>
/// <param name="Key">The stage.</param>
/// <param name="Report">Its report; <see langword="null"/> where it failed.</param>
/// <param name="ProcessorSeconds">Seconds of processor time: on one thread, what it takes on a machine that does nothing else.</param>
/// <param name="Failure">Why it failed; <see langword="null"/> where it did not.</param>
internal sealed record LoggedStage(StageKey Key, StageReport? Report, double ProcessorSeconds, string? Failure = null);

/// <summary>Runs stages and keeps what they gave in a file, one a line: what is in it is not run again.</summary>
internal sealed class StageLog
{
    private readonly string _file;
    private readonly FolderCheckpointStore _store;
    private readonly IStageRunner _runner;
    private readonly Dictionary<StageKey, LoggedStage> _done = [];

    public StageLog(string folder, params IReadOnlyList<DetectionDataset> datasets)
    {
        _file = Path.Combine(folder, "stages.jsonl");
        _store = new FolderCheckpointStore(Path.Combine(folder, "store"));
        _runner = new ServiceCollection().AddSingleton<ICheckpointStore>(_store).AddStageRunner(o => o.Threads = 1).BuildServiceProvider()
            .GetRequiredService<IStageRunner>();
        foreach (var dataset in datasets)
        {
            byte[] json = Encoding.UTF8.GetBytes(dataset.ToManifest().ToJson());
            _store.PutAsync(CheckpointNames.Dataset(dataset.ManifestHash), (s, c) => s.WriteAsync(json, c).AsTask()).GetAwaiter().GetResult();
        }
        foreach (string line in File.Exists(_file) ? File.ReadAllLines(_file) : [])
        {
            // The last line of a process that was killed may be cut short.
            if (line.EndsWith('}') && JsonSerializer.Deserialize<LoggedStage>(line, CoreJson.Canonical) is { } stage)
            {
                _done[stage.Key] = stage;
            }
        }
    }

    public LoggedStage? Find(StageKey key) => _done.GetValueOrDefault(key);

    /// <summary>The result of a stage whose parents were run.</summary>
    public LoggedStage Run(StageDescription stage, CancellationToken cancellation)
    {
        var key = stage.ComputeKey();
        if (_done.TryGetValue(key, out var known))
        {
            return known;
        }
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        StageReport? report = null;
        string? failure = null;
        try
        {
            report = _runner.Run(new StageJob(key, stage, Epoch: 1), _ => { }, cancellation);
        }
        catch (StageFailedException e)
        {
            failure = e.Message;
        }
        process.Refresh();
        var logged = new LoggedStage(key, report, (process.TotalProcessorTime - before).TotalSeconds, failure);
        File.AppendAllText(_file, JsonSerializer.Serialize(logged, CoreJson.Canonical) + "\n");
        return _done[key] = logged;
    }

    /// <summary>Deletes the weights of a stage that nothing will start from any more.</summary>
    public void Forget(StageKey key)
    {
        string folder = Path.Combine(_store.Folder!, CheckpointNames.Stage(key));
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
