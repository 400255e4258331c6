using System.Runtime.InteropServices;
using Google.Protobuf;
using PruneSearch.Core.Weights;
using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Inference.Onnx;

/// <summary>Reads ONNX files and says what is wrong with those that cannot be used.</summary>
internal static class OnnxFile
{
    /// <summary>Parses a file and checks what every model needs.</summary>
    /// <exception cref="FormatException">It is damaged, no ONNX model, or its operator set is too old or too new.</exception>
    public static ModelProto Read(byte[] bytes, string source)
    {
        ModelProto model;
        try
        {
            model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"{source}: no ONNX model, or it was cut short or damaged: {e.Message}", e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0)
        {
            throw new FormatException($"{source}: no ONNX model: {bytes.Length} bytes hold no graph");
        }
        var opset = model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")
            ?? throw new FormatException($"{source}: the model does not say which ONNX operator set it uses");
        return opset.Version is >= OnnxExport.MinOpset and <= OnnxExport.MaxOpset ? model
            : throw new FormatException($"{source}: the model uses ONNX operator set {opset.Version}, expected {OnnxExport.MinOpset} to {OnnxExport.MaxOpset}");
    }

    /// <summary>Checks the weights of a detector.</summary>
    /// <exception cref="FormatException">A constant of 32-bit floats has a value that is not finite; the message names it.</exception>
    public static void RequireFiniteConstants(ModelProto model, string source)
    {
        foreach (var constant in model.Graph.Initializer.Where(t => t.DataType == (int)TensorProto.Types.DataType.Float))
        {
            var values = MemoryMarshal.Cast<byte, float>(constant.RawData.Span);
            int count = values.Length;
            // a damaged file may say anything
            bool fits = constant.Dims.Aggregate(1L, (n, d) => d is > 0 and <= int.MaxValue && n <= count ? n * d : 0) == count;
            if (FiniteValues.Problem(fits ? [.. constant.Dims.Select(d => (int)d)] : [count], values) is { } problem)
            {
                throw new FormatException($"{source}: constant '{constant.Name}' {problem}, expected finite numbers");
            }
        }
    }
}
