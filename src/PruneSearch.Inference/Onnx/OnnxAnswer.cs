using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using PruneSearch.Core.Weights;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// Looks at what a model answers. Weights that are finite are not enough: sums of them may still be beyond what a 32-bit float
/// holds. In the end-to-end form such boxes vanish without a trace, so models are looked at in the raw form.
/// </summary>
public static class OnnxAnswer
{
    /// <summary>Runs a model on one picture of noise.</summary>
    /// <param name="model">The file: one float picture as input.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <returns>What is wrong with the first output that has values that are not finite; <see langword="null"/> where there is none.</returns>
    /// <exception cref="FormatException">It is no such model, or cannot be run.</exception>
    public static string? Problem(byte[] model, string source)
    {
        using var session = OnnxSession.Load(model, threads: 1, source);
        long[] shape = session.InputShape(batch: 1);
        using var picture = OrtValue.CreateTensorValueFromMemory(Noise(shape), shape);
        using var outputs = session.Run(picture);
        return Problem(session.OutputNames, outputs);
    }

    /// <summary>Runs a model on one picture of noise and checks what it answers.</summary>
    /// <param name="model">The file: one float picture as input.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="FormatException">It is no such model, or cannot be run.</exception>
    /// <exception cref="NotFiniteNumberException">An output has a value that is NaN or infinite; the message names it.</exception>
    public static void RequireFinite(byte[] model, string source) => Require(Problem(model, source), source);

    /// <summary>Values in [−1, 1] for an input of some shape; equal seeds give equal values.</summary>
    internal static float[] Noise(long[] shape, int seed = 1)
    {
        var random = new Random(seed);
        float[] picture = new float[shape.Aggregate(1L, (n, d) => n * d)];
        for (int i = 0; i < picture.Length; i++)
        {
            picture[i] = random.NextSingle() * 2 - 1;
        }
        return picture;
    }

    /// <summary>Checks outputs that are there already.</summary>
    internal static void RequireFinite(OnnxSession session, IReadOnlyList<OrtValue> outputs) => Require(Problem(session.OutputNames, outputs), session.Source);

    private static void Require(string? problem, string source)
    {
        if (problem is not null)
        {
            throw new NotFiniteNumberException($"{source}: {problem}");
        }
    }

    private static string? Problem(IReadOnlyList<string> names, IReadOnlyList<OrtValue> outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].IsTensor && outputs[i].GetTensorTypeAndShape() is { ElementDataType: TensorElementType.Float } type
                && FiniteValues.Problem([.. type.Shape.Select(d => (int)d)], outputs[i].GetTensorDataAsSpan<float>()) is { } problem)
            {
                return $"output '{names[i]}' {problem}";
            }
        }
        return null;
    }
}
