using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Onnx;

/// <summary>A model with one picture as input, loaded into ONNX Runtime: sequential, with a fixed number of threads.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    private OnnxSession(InferenceSession session, string source)
    {
        (_session, Source) = (session, source);
        var inputs = session.InputMetadata;
        if (inputs.Count != 1 || inputs.First().Value is not { IsTensor: true, ElementDataType: TensorElementType.Float, Dimensions: [_, 3, > 0, > 0] })
        {
            throw new FormatException($"{source}: the model has inputs {string.Join(", ", inputs.Select(i => $"'{i.Key}' {Describe(i.Value)}"))}; expected " +
                "one float picture [N, 3, height, width]");
        }
    }

    public static string Engine => $"onnxruntime {OrtEnv.Instance().GetVersionString()}";

    public string Source { get; }

    public string InputName => _session.InputNames[0];

    public IReadOnlyList<string> OutputNames => _session.OutputNames;

    /// <summary>Loads a model and checks its input.</summary>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="profile">Beginning of the name of a file that the times of all nodes are written to; none when left out.</param>
    /// <param name="provider">What computes; the processor when left out.</param>
    /// <exception cref="FormatException">It is no such model; the message begins with <paramref name="source"/>.</exception>
    public static OnnxSession Load(byte[] model, int threads, string source, string? profile = null, OnnxProvider? provider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        OnnxFile.Read(model, source);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (profile is not null)
        {
            options.ProfileOutputPathPrefix = profile; // first: profiling begins with the prefix that stands then
            options.EnableProfiling = true;
        }
        // Threads may spin while a run lasts, but not afterwards: they would take the processor from the other model.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "1");
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        provider?.AddTo(options);
        InferenceSession session;
        try
        {
            session = new InferenceSession(model, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"{source}: ONNX Runtime cannot load this model: {e.Message}", e);
        }
        try
        {
            return new OnnxSession(session, source);
        }
        catch (FormatException)
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The shape of the input for a number of pictures, which counts only where the model leaves it free.</summary>
    public long[] InputShape(int batch)
    {
        int[] dimensions = _session.InputMetadata[InputName].Dimensions;
        return [dimensions[0] > 0 ? dimensions[0] : batch, .. dimensions.Skip(1)];
    }

    /// <summary>Runs the model: its outputs in the order of <see cref="OutputNames"/>.</summary>
    /// <exception cref="FormatException">What is in the model cannot be computed; the message begins with <see cref="Source"/>.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(OrtValue picture)
    {
        try
        {
            var outputs = _session.Run(_run, _session.InputNames, [picture], _session.OutputNames);
            Heartbeat.Beat();
            return outputs;
        }
        catch (OnnxRuntimeException e)
        {
            throw new FormatException($"{Source}: ONNX Runtime cannot run this model: {e.Message}", e);
        }
    }

    /// <summary>Ends the profile that <see cref="Load"/> began.</summary>
    /// <returns>The file with it.</returns>
    public string EndProfile() => _session.EndProfiling();

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static string Describe(NodeMetadata value) =>
        value.IsTensor ? $"{value.ElementDataType} [{string.Join(", ", value.Dimensions)}]" : $"{value.OnnxValueType}";
}
