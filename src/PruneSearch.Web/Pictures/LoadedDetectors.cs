using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Web.Pictures;

/// <summary>
/// Finds objects with models of searches. A few models stay loaded; one picture is looked at at a time, on one thread, so that a search on the
/// same machine hardly notices.
/// </summary>
/// <param name="session">Where the models are.</param>
internal sealed class LoadedDetectors(ISearchSession session) : IDisposable
{
    /// <summary>Smallest score of what is shown.</summary>
    public const float ShownScore = 0.3f;

    private const int Kept = 4;
    private static readonly DetectionOptions Options = new() { ScoreThreshold = ShownScore };
    private readonly SemaphoreSlim _turn = new(1);
    private readonly LinkedList<((StageKey Key, bool Int8) Model, OnnxDetector Detector)> _loaded = new();

    /// <summary>What a model finds in a picture, by falling score.</summary>
    /// <param name="content">The picture's file.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="cancellation">Gives up before its turn.</param>
    /// <exception cref="ImageDecodeException">It is no picture.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    public async Task<PictureResult> DetectAsync(FrontierPoint point, byte[] content, string name, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var detector = await LoadAsync((point.Report.Key, point.IsQuantised), cancellation).ConfigureAwait(false);
            return await Task.Run(() =>
            {
                var image = ImageDecoder.Decode(content, name);
                return PictureResult.From(name, image, detector.Detect(image, Options), detector.Spec.Classes);
            }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var (_, detector) in _loaded)
        {
            detector.Dispose();
        }
        _turn.Dispose();
    }

    private async Task<OnnxDetector> LoadAsync((StageKey Key, bool Int8) model, CancellationToken cancellation)
    {
        for (var node = _loaded.First; node is not null; node = node.Next)
        {
            if (node.Value.Model == model)
            {
                _loaded.Remove(node);
                _loaded.AddFirst(node);
                return node.Value.Detector;
            }
        }
        string name = model.Int8 ? CheckpointNames.Int8Onnx(model.Key) : CheckpointNames.Onnx(model.Key);
        var detector = OnnxDetector.Load(await StageModels.ReadAsync(session.Checkpoints, name, cancellation).ConfigureAwait(false), name);
        _loaded.AddFirst((model, detector));
        if (_loaded.Count > Kept)
        {
            _loaded.Last!.Value.Detector.Dispose();
            _loaded.RemoveLast();
        }
        return detector;
    }
}
