using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Weights;
using PruneSearch.Data.Datasets;
using PruneSearch.Detection.Training;
using PruneSearch.Inference.Costs;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Shrinking;
using PruneSearch.Stages.Inputs;

namespace PruneSearch.Stages;

/// <summary>
/// What stages read from and write to the checkpoint store. Its methods block: a stage runs on a thread of its own.
/// </summary>
internal sealed class StageFiles(ICheckpointStore store, PictureInputs pictures)
{
    public (DetectorModel Model, WeightSet Weights) ReadDetector(StageKey key)
    {
        var model = DetectorCatalog.Build(ReadSpec(key));
        var weights = ReadWeights(CheckpointNames.Weights(key));
        weights.RequireFit(model.Network, CheckpointNames.Weights(key));
        return (model, weights);
    }

    /// <summary>The specification of a finished stage's detector.</summary>
    public DetectorSpec ReadSpec(StageKey key) =>
        DetectorSpec.FromJson(Encoding.UTF8.GetString(ReadBytes(CheckpointNames.Detector(key))), CheckpointNames.Detector(key));

    /// <summary>Tensors under a name.</summary>
    /// <exception cref="InputUnavailableException">They cannot be read.</exception>
    public WeightSet ReadWeights(string name) => Read(name, stream => Safetensors.Read(stream, name));

    /// <summary>The weights that a search starts from, by the hash of their content.</summary>
    /// <exception cref="InputUnavailableException">They cannot be read, or are not those that were stored at launch.</exception>
    public WeightSet ReadBaseWeights(string sha256)
    {
        string name = CheckpointNames.Input(sha256);
        byte[] bytes = ReadBytes(name);
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found == sha256
            ? Safetensors.Read(new MemoryStream(bytes), name)
            : throw new InputUnavailableException($"the base weights '{name}' in the checkpoint store are damaged: their SHA-256 is {found}");
    }

    /// <summary>A data set split by its manifest hash, its pictures where this machine has them.</summary>
    /// <exception cref="InputUnavailableException">The manifest or a picture cannot be had.</exception>
    public DetectionDataset ReadDataset(string hash, CancellationToken cancellation)
    {
        string name = CheckpointNames.Dataset(hash);
        return pictures.Bring(DatasetManifest.FromJson(Encoding.UTF8.GetString(ReadBytes(name)), name, hash), cancellation);
    }

    /// <summary>All bytes of an object of the store.</summary>
    /// <exception cref="InputUnavailableException">It cannot be read.</exception>
    public byte[] ReadBytes(string name) => Read(name, stream =>
    {
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    });

    /// <summary>Saves the detector of a stage.</summary>
    /// <returns>SHA-256 of the weights file.</returns>
    /// <exception cref="NotFiniteNumberException">A weight is NaN or infinite; nothing is saved.</exception>
    public string SaveDetector(StageKey key, DetectorModel model, WeightSet weights, byte[] onnx, PruningPlan kept)
    {
        weights.RequireFinite("weights of the stage");
        using var buffer = new MemoryStream();
        Safetensors.Write(buffer, weights);
        byte[] bytes = buffer.ToArray();
        Write(CheckpointNames.Detector(key), Encoding.UTF8.GetBytes(model.Spec.ToJson()));
        Write(CheckpointNames.Weights(key), bytes);
        Write(CheckpointNames.Onnx(key), onnx);
        Write(CheckpointNames.Kept(key), JsonSerializer.SerializeToUtf8Bytes(kept, CoreJson.Canonical));
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Figures of a stage on a split that are kept; <see langword="null"/> where there are none, or those of another version.</summary>
    /// <exception cref="InputUnavailableException">They cannot be read.</exception>
    public SplitScore? FindScore(StageKey key, string manifest)
    {
        try
        {
            var kept = TryRead(CheckpointNames.Score(key, manifest), (stream, _) => JsonSerializer.Deserialize<SplitScore>(stream, CoreJson.Readable));
            return kept is { Resamples: null } ? null : kept; // from before there were any
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The report of a finished stage; <see langword="null"/> where it has none, or that of another version.</summary>
    /// <exception cref="InputUnavailableException">It cannot be read.</exception>
    public StageReport? FindReport(StageKey key)
    {
        try
        {
            return TryRead(CheckpointNames.Report(key), (stream, _) => JsonSerializer.Deserialize<StageReport>(stream, CoreJson.Readable));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps the figures of a stage on a split.</summary>
    public void WriteScore(StageKey key, string manifest, SplitScore score) =>
        Write(CheckpointNames.Score(key, manifest), JsonSerializer.SerializeToUtf8Bytes(score, CoreJson.Canonical)); // thousands of numbers: no line each

    public void Write(string name, byte[] bytes) => Write(name, stream => stream.Write(bytes));

    public void Write(string name, Action<Stream> write) => Wait(PutAsync(name, write, PutCondition.None));

    /// <summary>The latest state within a stage that can be read, whoever wrote it.</summary>
    public Stream? OpenLatestSnapshot(StageKey key, out string name)
    {
        name = List(CheckpointNames.Snapshots(key)).LastOrDefault() ?? "";
        return name.Length == 0 ? null : Wait(store.OpenReadAsync(name));
    }

    /// <summary>
    /// Deletes the states within a stage that are older than one, or all. Those of a later lease stay: whoever deletes may have lost his own.
    /// </summary>
    public void DeleteSnapshots(StageKey key, string? olderThan = null)
    {
        foreach (string name in List(CheckpointNames.Snapshots(key)).Where(n => olderThan is null || string.CompareOrdinal(n, olderThan) < 0))
        {
            Wait(store.DeleteAsync(name));
        }
    }

    /// <summary>The result of a pruning that was done before, by this stage or another one; <see langword="null"/> when none was.</summary>
    public PruneResult? ReadPruned(StageKey pruningKey) => TryRead(CheckpointNames.Pruned(pruningKey), PrunedFile.Read);

    /// <summary>Keeps a pruned detector, unless another stage or run was faster.</summary>
    /// <returns>The one that holds.</returns>
    public PruneResult KeepPruned(StageKey pruningKey, PruneResult pruned)
    {
        bool first = Wait(PutAsync(CheckpointNames.Pruned(pruningKey), stream => PrunedFile.Write(stream, pruned), PutCondition.IfAbsent));
        return first ? pruned : ReadPruned(pruningKey)!;
    }

    /// <summary>The channels that a finished stage's detector still has; <see langword="null"/> where an earlier version finished it.</summary>
    public PruningPlan? ReadKept(StageKey key) =>
        TryRead(CheckpointNames.Kept(key), (stream, _) => JsonSerializer.Deserialize<PruningPlan>(stream, CoreJson.Canonical));

    /// <summary>The optimizer state that a finished stage left.</summary>
    public OptimizerState? ReadOptimizer(StageKey key) => TryRead(CheckpointNames.Optimizer(key), OptimizerState.Read);

    public LatencyReport? ReadLatency(string id) => TryReadJson<LatencyReport>(CheckpointNames.Latency(id));

    public void WriteLatency(string id, LatencyReport latency) =>
        Write(CheckpointNames.Latency(id), JsonSerializer.SerializeToUtf8Bytes(latency, CoreJson.Readable));

    public CostTable? ReadCosts(string id) => TryReadJson<CostTable>(CheckpointNames.Costs(id));

    public void WriteCosts(string id, CostTable costs) => Write(CheckpointNames.Costs(id), JsonSerializer.SerializeToUtf8Bytes(costs, CoreJson.Readable));

    private T? TryReadJson<T>(string name)
        where T : class
    {
        try
        {
            return TryRead(name, (stream, _) => JsonSerializer.Deserialize<T>(stream, CoreJson.Readable));
        }
        catch (JsonException)
        {
            return null; // another version wrote it: it is measured again
        }
    }

    private T? TryRead<T>(string name, Func<Stream, string, T?> read)
        where T : class
    {
        if (!Wait(store.ExistsAsync(name)))
        {
            return null;
        }
        using var stream = Wait(store.OpenReadAsync(name));
        return read(stream, name);
    }

    // What a stage reads was there when it was planned: a worker that cannot read it lets another one try.
    private T Read<T>(string name, Func<Stream, T> read)
    {
        try
        {
            using var stream = Wait(store.OpenReadAsync(name));
            return read(stream);
        }
        catch (IOException e)
        {
            throw new InputUnavailableException($"'{name}' cannot be read from the checkpoint store: {e.Message}", e);
        }
    }

    private Task<bool> PutAsync(string name, Action<Stream> write, PutCondition condition) => store.PutAsync(name, (stream, _) =>
    {
        write(stream);
        return Task.CompletedTask;
    }, condition);

    private List<string> List(string prefix) => Wait(store.ListAsync(prefix).ToListAsync().AsTask());

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();
}
