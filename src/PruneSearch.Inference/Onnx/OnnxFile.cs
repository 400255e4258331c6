using Google.Protobuf;
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
}
