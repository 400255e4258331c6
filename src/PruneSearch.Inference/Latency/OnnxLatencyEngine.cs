using Microsoft.ML.OnnxRuntime;
using PruneSearch.Core.Stages;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Latency;

/// <summary>An exported model in ONNX Runtime on the CPU, run on one random picture.</summary>
public sealed class OnnxLatencyEngine : ILatencyEngine
{
    private readonly OnnxSession _session;
    private readonly OrtValue _input;

    /// <summary>Loads a model into a session of its own.</summary>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="seed">Seed of the picture, whose values lie in [−1, 1].</param>
    /// <exception cref="FormatException">It is no model that ONNX Runtime can run, or it has not one float picture as input.</exception>
    public OnnxLatencyEngine(byte[] model, int threads, string source, int seed = 1)
    {
        _session = OnnxSession.Load(model, threads, source);
        Device = DeviceOf(threads);
        long[] shape = _session.InputShape(batch: 1);
        _input = OrtValue.CreateTensorValueFromMemory(OnnxAnswer.Noise(shape, seed), shape);
    }

    /// <inheritdoc/>
    public MeasuringDevice Device { get; }

    /// <summary>This machine, as reports name it.</summary>
    public static MeasuringDevice DeviceOf(int threads) => new(ProcessorName.Current, OnnxSession.Engine, threads, Spinning: threads > 1);

    /// <inheritdoc/>
    public void Run() => _session.Run(_input).Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _session.Dispose();
    }
}
