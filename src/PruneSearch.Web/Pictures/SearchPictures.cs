using System.Collections.Concurrent;
using PruneSearch.Client.Inputs;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Images;
using PruneSearch.Inference.Detecting;

namespace PruneSearch.Web.Pictures;

/// <summary>Pictures of a search's splits, what is annotated in them and what its models find.</summary>
/// <param name="session">Where the search is.</param>
/// <param name="detectors">Find objects.</param>
internal sealed class SearchPictures(ISearchSession session, LoadedDetectors detectors)
{
    /// <summary>Names of splits as addresses have them.</summary>
    public static readonly IReadOnlyList<string> Splits = ["validation", "train", "test"];

    private const int KeptSplits = 4, KeptPictures = 20_000;
    private readonly ConcurrentDictionary<string, SplitPictures> _splits = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Model, string Picture), PictureResult> _found = new();

    /// <summary>The pictures of a split.</summary>
    /// <param name="split">One of <see cref="Splits"/>.</param>
    /// <exception cref="KeyNotFoundException">There is no such search, or it has no such split.</exception>
    /// <exception cref="IOException">The split's manifest cannot be read.</exception>
    public async Task<SplitPictures> SplitAsync(string search, string split, CancellationToken cancellation)
    {
        var plan = await session.PlanAsync(search).ConfigureAwait(false);
        var data = plan.Trajectories[0].Stages[0].Data;
        string manifest = split switch
        {
            "validation" => data.Validation,
            "train" => data.Train,
            "test" => plan.Test ?? throw new KeyNotFoundException($"Search '{search}' has no test split."),
            _ => throw new KeyNotFoundException($"There is no split '{split}', expected one of {string.Join(", ", Splits)}."),
        };
        if (_splits.TryGetValue(manifest, out var known))
        {
            return known;
        }
        if (_splits.Count >= KeptSplits)
        {
            _splits.Clear();
        }
        return _splits[manifest] = await SplitPictures.OpenAsync(session.Checkpoints, manifest, cancellation).ConfigureAwait(false);
    }

    /// <summary>What is annotated in a picture, in pixels.</summary>
    public static IReadOnlyList<FoundObject> Truth(SplitPictures split, int index) =>
        [.. split.Manifest.Samples[index].Objects.Select(o => new FoundObject(split.Manifest.Classes[o.Class], 1, (float)o.Box.X, (float)o.Box.Y,
            (float)(o.Box.X + o.Box.Width), (float)(o.Box.Y + o.Box.Height)))];

    /// <summary>What a model finds in a picture of a split; a model looks at a picture once.</summary>
    /// <param name="index">The picture's place in it, from 0.</param>
    /// <exception cref="IOException">The picture or the model cannot be read.</exception>
    /// <exception cref="ImageDecodeException">The picture is broken.</exception>
    public async Task<PictureResult> DetectAsync(FrontierPoint point, SplitPictures split, int index, CancellationToken cancellation)
    {
        var sample = split.Manifest.Samples[index];
        var key = ($"{point.Report.Key}/{point.Precision}", $"{sample.Sha256}/{sample.File}");
        if (_found.TryGetValue(key, out var known))
        {
            return known;
        }
        byte[] content = await split.ReadAsync(index, cancellation).ConfigureAwait(false);
        var found = await detectors.DetectAsync(point, content, sample.File, cancellation).ConfigureAwait(false);
        if (_found.Count >= KeptPictures)
        {
            _found.Clear();
        }
        return _found[key] = found;
    }

    /// <summary>What two models see differently in the first pictures of a split, one by one in the order of the split.</summary>
    /// <param name="before">The first model, most often the original.</param>
    /// <param name="after">The second model.</param>
    /// <param name="count">How many pictures at most.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    public async IAsyncEnumerable<PictureChanges> CompareAsync(FrontierPoint before, FrontierPoint after, SplitPictures split, int count,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int i = 0; i < Math.Min(count, split.Manifest.Samples.Count); i++)
        {
            var first = await DetectAsync(before, split, i, cancellation).ConfigureAwait(false);
            var second = await DetectAsync(after, split, i, cancellation).ConfigureAwait(false);
            yield return new PictureChanges(i, first.File, BoxChanges.Between(first.Objects, second.Objects));
        }
    }
}

/// <summary>What two models see differently in a picture.</summary>
/// <param name="Index">The picture's place in its split, from 0.</param>
/// <param name="Boxes">All boxes of both.</param>
internal sealed record PictureChanges(int Index, string File, IReadOnlyList<ChangedBox> Boxes)
{
    /// <summary>Boxes that only one of them has, or that have another class.</summary>
    public int Changed => Boxes.Count(b => b.Change != BoxChange.Kept);
}
