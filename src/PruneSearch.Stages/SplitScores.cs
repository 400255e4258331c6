using PruneSearch.Core.Comparisons;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;
using PruneSearch.Inference.Detecting;
using PruneSearch.Stages.Inputs;

namespace PruneSearch.Stages;

/// <summary>
/// Scores finished stages on a split that no stage saw, with their exported models, as they would be deployed. Each is scored
/// once: the figures are kept beside the stage.
/// </summary>
/// <param name="store">Where the stages are.</param>
/// <param name="threads">Threads within the network, at least 1.</param>
public sealed class SplitScores(ICheckpointStore store, int threads)
{
    private readonly StageFiles _files = new(store, new PictureInputs(store, new StageRunnerOptions().PictureCache));

    /// <summary>The split with a manifest hash, its pictures where this machine has them.</summary>
    /// <exception cref="IOException">The manifest or a picture cannot be had.</exception>
    public DetectionDataset Read(string manifest, CancellationToken cancellation = default) =>
        Guard(() => _files.ReadDataset(manifest, cancellation));

    /// <summary>Figures that are kept; <see langword="null"/> where the stage was not scored on that split yet.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public Task<SplitScore?> FindAsync(StageKey stageKey, string manifest, CancellationToken cancellation = default) =>
        Task.Run(() => Guard(() => _files.FindScore(stageKey, manifest)), cancellation);

    /// <summary>Scores a stage and keeps the figures.</summary>
    /// <exception cref="IOException">The store cannot be read or written, or a picture cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is kept.</exception>
    public SplitScore Score(StageKey stageKey, DetectionDataset split, CancellationToken cancellation = default) => Guard(() =>
    {
        string model = CheckpointNames.Onnx(stageKey);
        using var detector = OnnxDetector.Load(_files.ReadBytes(model), model, threads);
        var score = SplitAccuracy.Of(split, OnnxEvaluator.Detect(detector, split, cancellation: cancellation));
        _files.WriteScore(stageKey, split.ManifestHash, score);
        return score;
    });

    /// <summary>Figures of several stages: those that are kept are looked up, the others scored.</summary>
    /// <param name="stageKeys">The stages.</param>
    /// <param name="scored">Told after each that was scored: how many were, and how many there are to score.</param>
    /// <exception cref="IOException">The store cannot be read or written, or a picture cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was scored is kept.</exception>
    public async Task<IReadOnlyDictionary<StageKey, SplitScore>> ScoreAllAsync(
        IEnumerable<StageKey> stageKeys, DetectionDataset split, Action<int, int>? scored = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(split);
        var scores = new Dictionary<StageKey, SplitScore>();
        var left = new List<StageKey>();
        foreach (var key in stageKeys.Distinct())
        {
            if (await FindAsync(key, split.ManifestHash, cancellation).ConfigureAwait(false) is { } known)
            {
                scores.Add(key, known);
            }
            else
            {
                left.Add(key);
            }
        }
        foreach (var (i, key) in left.Index())
        {
            scores.Add(key, await Task.Run(() => Score(key, split, cancellation), cancellation).ConfigureAwait(false));
            scored?.Invoke(i + 1, left.Count);
        }
        return scores;
    }

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InputUnavailableException or DatasetException)
        {
            throw new IOException(e.Message, e);
        }
    }
}
