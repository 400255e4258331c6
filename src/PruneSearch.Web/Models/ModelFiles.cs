using System.Text;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Web.Models;

/// <summary>A file of a model, to be sent; the receiver disposes of its content.</summary>
/// <param name="Name">What to call it: letters, digits, dots and hyphens.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Content">The bytes, seekable.</param>
internal sealed record ModelFile(string Name, string Type, Stream Content);

/// <summary>What a model can be had as.</summary>
internal enum ModelForm
{
    /// <summary>ONNX with boxes, scores and labels as outputs: it runs without this program.</summary>
    Onnx,

    /// <summary>ONNX with the raw outputs of the heads, as it was measured.</summary>
    RawOnnx,

    /// <summary><c>detector.json</c>: architecture, classes and widths.</summary>
    Detector,

    /// <summary><c>weights.safetensors</c>: with the detector, what <c>evaluate</c>, <c>prune</c> and another search begin with.</summary>
    Weights,
}

/// <summary>Files of models and what stands in them.</summary>
internal sealed class ModelFiles(ISearchSession session)
{
    /// <summary>A model as a file.</summary>
    /// <param name="point">The model; an integer model is had in 8-bit integers.</param>
    /// <param name="form">As what.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<ModelFile> OpenAsync(string search, FrontierPoint point, ModelForm form, CancellationToken cancellation)
    {
        var (store, key) = (session.Checkpoints, point.Report.Key);
        string name = $"{search}-{PointNames.Of(point).Replace(" ", "", StringComparison.Ordinal).Replace('#', '-')}";
        switch (form)
        {
            case ModelForm.Onnx when point.IsQuantised:
                return Made(await StageModels.ExportQuantisedAsync(store, key, new DetectionOptions(), cancellation).ConfigureAwait(false));
            case ModelForm.Onnx:
                var options = new OnnxExportOptions { Metadata = StageModels.Metadata(search, PointNames.Of(point), key) };
                return Made(await StageModels.ExportAsync(store, key, options, new DetectionOptions(), cancellation).ConfigureAwait(false));
            case ModelForm.RawOnnx:
                string stored = point.IsQuantised ? CheckpointNames.Int8Onnx(key) : CheckpointNames.Onnx(key);
                return new ModelFile($"{name}-raw.onnx", "application/octet-stream", await store.OpenReadAsync(stored, cancellation).ConfigureAwait(false));
            case ModelForm.Detector:
                return new ModelFile(DetectorFolder.DetectorFile, "application/json",
                    await store.OpenReadAsync(CheckpointNames.Detector(key), cancellation).ConfigureAwait(false));
            default:
                return new ModelFile(DetectorFolder.WeightsFile, "application/octet-stream",
                    await store.OpenReadAsync(CheckpointNames.Weights(key), cancellation).ConfigureAwait(false));
        }

        ModelFile Made(byte[] content) => new($"{name}.onnx", "application/octet-stream", new MemoryStream(content, writable: false));
    }

    /// <summary>Channels of every group before and after, in the order of the network.</summary>
    /// <param name="view">All models of the search.</param>
    /// <exception cref="IOException">A detector cannot be read.</exception>
    public async Task<IReadOnlyList<GroupWidth>> WidthsAsync(FrontierView view, FrontierPoint point, CancellationToken cancellation)
    {
        var model = await DetectorAsync(point.Report.Key, cancellation).ConfigureAwait(false);
        var original = Original(view) is { } first ? await DetectorAsync(first.Report.Key, cancellation).ConfigureAwait(false) : null;
        var before = original?.Network.Groups.ToDictionary(g => g.Name, g => g.Width, StringComparer.Ordinal) ?? [];
        return [.. model.Network.Groups.Select(g => new GroupWidth(g.Name, g.Kind, before.GetValueOrDefault(g.Name, g.DenseWidth), g.Width))];
    }

    /// <summary>Average precision of every class beside that of the original.</summary>
    public static IReadOnlyList<ClassAccuracy> Accuracy(FrontierView view, FrontierPoint point)
    {
        var dense = Original(view)?.Report.ClassAp50 ?? [];
        return [.. point.Report.ClassAp50.Select(c => new ClassAccuracy(c.Key, Finite(c.Value), Finite(dense.GetValueOrDefault(c.Key, double.NaN))))];

        static double? Finite(double value) => double.IsFinite(value) ? value : null; // a class that the split does not have
    }

    /// <summary>The detector that the search was given; <see langword="null"/> before its report.</summary>
    public static FrontierPoint? Original(FrontierView view) => view.Points.FirstOrDefault(p => p is { Iteration: 0, IsQuantised: false });

    private async Task<DetectorModel> DetectorAsync(StageKey key, CancellationToken cancellation)
    {
        string name = CheckpointNames.Detector(key);
        byte[] json = await StageModels.ReadAsync(session.Checkpoints, name, cancellation).ConfigureAwait(false);
        return DetectorCatalog.Build(DetectorSpec.FromJson(Encoding.UTF8.GetString(json), name));
    }
}
