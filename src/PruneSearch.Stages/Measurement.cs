using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using TorchSharp;

namespace PruneSearch.Stages;

/// <summary>
/// Measures a detector beside the dense one. Weights do not matter for speed, so one measurement serves all detectors of
/// the same structure beside the same dense structure on the same device.
/// </summary>
internal sealed class Measurement(StageContext context)
{
    private readonly StageFiles _files = context.Files;
    private readonly MeasureSettings _settings = context.Stage.Measure;
    private readonly OnnxProvider _provider = OnnxProvider.Of(context.Device.type == DeviceType.CUDA ? Math.Max(context.Device.index, 0) : null);

    /// <summary>Whether a GPU is what runs exported models.</summary>
    public bool IsOnGpu => _provider.Gpu is not null;

    /// <summary>Latency of a model.</summary>
    /// <param name="onnx">The same, exported.</param>
    public LatencyReport Measure(DetectorModel model, byte[] onnx) => Measure(model, onnx, onnx, FrontierPoints.TrainedPrecision);

    /// <summary>Latency of the integer form of a model, beside the dense model in floating point.</summary>
    /// <param name="int8">The same, exported and quantised.</param>
    /// <param name="onnx">The same, exported.</param>
    /// <exception cref="StageFailedException">The engine does not run integer models.</exception>
    public LatencyReport MeasureInt8(DetectorModel model, byte[] int8, byte[] onnx) => _settings.Engine == MeasuringEngine.OnnxRuntime
        ? Measure(model, int8, onnx, FrontierPoints.QuantisedPrecision)
        : throw new StageFailedException($"engine '{EnumNames.Of(_settings.Engine)}' does not run integer models, expected " +
            $"{EnumNames.Of(MeasuringEngine.OnnxRuntime)}");

    private LatencyReport Measure(DetectorModel model, byte[] candidateFile, byte[] ownFile, string precision)
    {
        if (_settings.Engine == MeasuringEngine.OnnxRuntime && _provider.Fallback is { } why)
        {
            string warning = $"speed was measured on the processor: ONNX Runtime cannot use the GPU: {why}";
            context.Warnings.Remove(warning);
            context.Warnings.Add(warning);
        }
        var denseSpec = _settings.Baseline is { } baseline ? _files.ReadSpec(baseline) : model.Spec;
        string id = Identify(model.Spec, denseSpec, precision);
        if (_files.ReadLatency(id) is { } known && LatencyIdentity.Serves(known, _settings))
        {
            return known;
        }
        // What training left behind is cleared away now and not during the measurement.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var dense = _settings.Baseline is { } key
            ? Loader(() => DetectorCatalog.Build(denseSpec), () => _files.ReadBytes(CheckpointNames.Onnx(key)), "dense")
            : Loader(() => model, () => ownFile, "dense");
        var candidate = Loader(() => model, () => candidateFile, "candidate");
        var latency = new LatencyMeter(context.Time).Compare(dense, candidate, LatencyOptions.From(_settings), context.Cancellation);
        _files.WriteLatency(id, latency);
        return latency;
    }

    // What it loads is read once, for all sessions.
    private Func<ILatencyEngine> Loader(Func<DetectorModel> model, Func<byte[]> onnx, string source)
    {
        if (_settings.Engine != MeasuringEngine.OnnxRuntime)
        {
            return TorchLatencyEngine.Loader(model(), context.Device, _settings.Threads);
        }
        byte[] file = onnx();
        return () => new OnnxLatencyEngine(file, _settings.Threads, source, provider: _provider);
    }

    private string Identify(DetectorSpec spec, DetectorSpec dense, string precision) => LatencyIdentity.Of(
        spec, dense, precision, _settings.Engine == MeasuringEngine.OnnxRuntime
            ? OnnxLatencyEngine.DeviceOf(_settings.Threads, _provider) : TorchLatencyEngine.DeviceOf(context.Device, _settings.Threads));
}
