using System.Text;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Core.Weights;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Inference.Onnx;

/// <summary>Models of finished stages as ONNX files.</summary>
public static class StageModels
{
    /// <summary>What an exported file says about where it comes from.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(string search, string model, StageKey stage) =>
        new Dictionary<string, string> { ["prunesearch.search"] = search, ["prunesearch.model"] = model, ["prunesearch.stage"] = stage };

    /// <summary>Exports a trained detector.</summary>
    /// <param name="store">Where the stage is.</param>
    /// <param name="detections">What the end-to-end form keeps; <see langword="null"/> for the raw form.</param>
    /// <exception cref="IOException">The stage has not finished, or the store cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model answers with values that are not finite.</exception>
    public static async Task<byte[]> ExportAsync(ICheckpointStore store, StageKey key, OnnxExportOptions options, DetectionOptions? detections,
        CancellationToken cancellation)
    {
        string detector = CheckpointNames.Detector(key), weights = CheckpointNames.Weights(key);
        var model = DetectorCatalog.Build(
            DetectorSpec.FromJson(Encoding.UTF8.GetString(await ReadAsync(store, detector, cancellation).ConfigureAwait(false)), detector));
        using var content = new MemoryStream(await ReadAsync(store, weights, cancellation).ConfigureAwait(false));
        var tensors = Safetensors.Read(content, weights);
        tensors.RequireFit(model.Network, weights);
        OnnxAnswer.RequireFinite(OnnxExport.ToBytes(model, tensors), $"the exported model of stage {key}");
        using var stream = new MemoryStream();
        if (detections is null)
        {
            OnnxExport.Write(stream, model, tensors, options);
        }
        else
        {
            OnnxExport.WriteEndToEnd(stream, model, tensors, detections, options);
        }
        return stream.ToArray();
    }

    /// <summary>
    /// The integer model of a stage: the file of then, which was evaluated and measured, because its ranges were calibrated when the stage ran.
    /// </summary>
    /// <param name="store">Where the stage is.</param>
    /// <param name="detections">What the end-to-end form keeps; <see langword="null"/> for the raw form.</param>
    /// <exception cref="IOException">The stage has not finished, or the store cannot be read.</exception>
    /// <exception cref="NotFiniteNumberException">The model answers with values that are not finite.</exception>
    public static async Task<byte[]> ExportQuantisedAsync(ICheckpointStore store, StageKey key, DetectionOptions? detections, CancellationToken cancellation)
    {
        string name = CheckpointNames.Int8Onnx(key);
        byte[] raw = await ReadAsync(store, name, cancellation).ConfigureAwait(false);
        OnnxAnswer.RequireFinite(raw, name);
        return detections is null ? raw : OnnxExport.ToEndToEnd(raw, name, detections);
    }

    /// <summary>A whole object of the store.</summary>
    /// <exception cref="IOException">It is not there or cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(ICheckpointStore store, string name, CancellationToken cancellation)
    {
        var stream = await store.OpenReadAsync(name, cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, cancellation).ConfigureAwait(false);
            return content.ToArray();
        }
    }
}
