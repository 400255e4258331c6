using Microsoft.ML.OnnxRuntime;
using PruneSearch.Core.Stages;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// An exported model in ONNX Runtime, run on one random picture. On a GPU the picture goes there and the outputs come back within the time that counts.
/// </summary>
public sealed class OnnxLatencyEngine : ILatencyEngine
{
    private readonly OnnxSession _session;
    private readonly OrtValue _input;

    /// <summary>Loads a model into a session of its own.</summary>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="seed">Seed of the picture, whose values lie in [−1, 1].</param>
    /// <param name="provider">What computes; the processor when left out.</param>
    /// <exception cref="FormatException">It is no model that ONNX Runtime can run, or it has not one float picture as input.</exception>
    public OnnxLatencyEngine(byte[] model, int threads, string source, int seed = 1, OnnxProvider? provider = null)
    {
        _session = OnnxSession.Load(model, threads, source, provider: provider);
        Device = DeviceOf(threads, provider);
        long[] shape = _session.InputShape(batch: 1);
        _input = OrtValue.CreateTensorValueFromMemory(OnnxAnswer.Noise(shape, seed), shape);
    }

    /// <inheritdoc/>
    public MeasuringDevice Device { get; }

    /// <summary>This machine, as reports name it.</summary>
    /// <param name="threads">Threads within the network.</param>
    /// <param name="provider">What computes; the processor when left out.</param>
    public static MeasuringDevice DeviceOf(int threads, OnnxProvider? provider = null) => provider?.Gpu is not { } gpu
        ? new(ProcessorName.Current, OnnxSession.Engine, threads, Spinning: threads > 1)
        : new(GpuName.Of(gpu) ?? $"cuda:{gpu}", $"{OnnxSession.Engine}, CUDA", threads, Spinning: threads > 1);

    /// <inheritdoc/>
    public void Run() => _session.Run(_input).Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _session.Dispose();
    }
}
