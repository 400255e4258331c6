using Microsoft.ML.OnnxRuntime;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Tests;

/// <summary>Runs exported models in ONNX Runtime.</summary>
internal static class Engine
{
    public static Dictionary<string, float[]> Run(byte[] model, float[] pictures, int batch = 1, OnnxProvider? provider = null)
    {
        using var session = OnnxSession.Load(model, threads: 1, "test model", provider: provider);
        using var input = OrtValue.CreateTensorValueFromMemory(pictures, session.InputShape(batch));
        using var outputs = session.Run(input);
        return session.OutputNames.Zip(outputs).ToDictionary(o => o.First, o => o.Second.GetTensorDataAsSpan<float>().ToArray());
    }

    public static void RequireClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs), worst = expected.Zip(actual).Max(p => Math.Abs(p.First - p.Second));
        Assert.True(worst <= tolerance * Math.Max(1, largest), $"largest difference {worst:G4} at values up to {largest:G4}");
    }
}
