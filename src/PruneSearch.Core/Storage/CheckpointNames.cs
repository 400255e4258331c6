using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Storage;

/// <summary>Where things stand in a checkpoint store.</summary>
public static class CheckpointNames
{
    /// <summary>Base weights by the hash of their content.</summary>
    public static string Input(string sha256) => $"inputs/{sha256}.safetensors";

    /// <summary>Manifest of a data set split by its hash.</summary>
    public static string Dataset(string sha256) => $"datasets/{sha256}.json";

    /// <summary>Prefix of all pictures that were pushed.</summary>
    public const string Pictures = "pictures/";

    /// <summary>A picture by the hash of its content.</summary>
    public static string Picture(string sha256) => $"{Pictures}{sha256[..Math.Min(2, sha256.Length)]}/{sha256}";

    /// <summary>Everything of one stage.</summary>
    public static string Stage(StageKey key) => $"stages/{key}/";

    /// <summary>Architecture and widths of a finished stage.</summary>
    public static string Detector(StageKey key) => Stage(key) + "detector.json";

    /// <summary>Weights of a finished stage.</summary>
    public static string Weights(StageKey key) => Stage(key) + "weights.safetensors";

    /// <summary>The pruned detector that training begins with, by <see cref="StageDescription.ComputePruningKey"/>.</summary>
    public static string Pruned(StageKey pruningKey) => $"prunings/{pruningKey}.safetensors";

    /// <summary>Optimizer state that a finished stage leaves to the next, where it is carried.</summary>
    public static string Optimizer(StageKey key) => Stage(key) + "optimizer.safetensors";

    /// <summary>Which channels of the search's original a finished stage's detector still has.</summary>
    public static string Kept(StageKey key) => Stage(key) + "kept.json";

    /// <summary>Exported model of a finished stage.</summary>
    public static string Onnx(StageKey key) => Stage(key) + "model.onnx";

    /// <summary>The same in 8-bit integers, where that was asked for.</summary>
    public static string Int8Onnx(StageKey key) => Stage(key) + "model-int8.onnx";

    /// <summary>Accuracy of a finished stage's detector on another split, by the hash of its manifest.</summary>
    public static string Score(StageKey key, string manifest) => $"{Stage(key)}scores/{manifest}.json";

    /// <summary>Report of a finished stage, written last: its presence makes the stage complete.</summary>
    public static string Report(StageKey key) => Stage(key) + "report.json";

    /// <summary>State within a stage; the epoch of the lease is part of the name, so that an old owner overwrites nothing.</summary>
    public static string Snapshot(StageKey key, long epoch, int step) => $"{Snapshots(key)}{epoch:D6}-{step:D8}.safetensors";

    /// <summary>All states within a stage, oldest first in ordinal order.</summary>
    public static string Snapshots(StageKey key) => Stage(key) + "snapshots/";

    /// <summary>All that is kept of a search besides its stages.</summary>
    public static string Search(string searchId) => $"searches/{searchId}/";

    /// <summary>All segments of a search's report log.</summary>
    public static string Reports(string searchId) => $"searches/{searchId}/reports/";

    /// <summary>All segments of a search's log of what was measured on other device classes.</summary>
    public static string Measured(string searchId) => $"searches/{searchId}/measured/";

    /// <summary>All segments of a search's log of proposals.</summary>
    public static string Proposals(string searchId) => $"searches/{searchId}/proposals/";

    /// <summary>Latency of a structure on a device, measured once.</summary>
    public static string Latency(string structureAndDevice) => $"latencies/{structureAndDevice}.json";

    /// <summary>What the layers of a dense structure cost on a device, measured once.</summary>
    public static string Costs(string structureAndDevice) => $"costs/{structureAndDevice}.json";
}
