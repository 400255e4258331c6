using Google.Protobuf.Collections;
using PruneSearch.Core.Detectors;
using PruneSearch.Inference.Onnx.Schema;
using DataType = PruneSearch.Inference.Onnx.Schema.TensorProto.Types.DataType;

namespace PruneSearch.Inference.Onnx;

/// <summary>What an exported file says it is, checked against its inputs and outputs, without loading it into an engine.</summary>
/// <param name="EndToEnd">Whether detections come out of it, or raw head outputs.</param>
/// <param name="Precision"><c>float32</c> or <c>int8</c>.</param>
public sealed record ExportedModel(DetectorModel Model, bool EndToEnd, string Precision)
{
    /// <summary>The outputs to ask for.</summary>
    internal string[] OutputNames { get; private init; } = [];

    /// <summary>Reads a file's content.</summary>
    /// <param name="source">What to call it in messages.</param>
    /// <exception cref="FormatException">It is damaged or no exported detector; the message says what is wrong.</exception>
    public static ExportedModel Read(byte[] file, string source) => Of(OnnxFile.Read(file, source), source);

    /// <summary>Reads and checks a model.</summary>
    /// <exception cref="FormatException">It is no detector that this version exported; the message says what is wrong.</exception>
    internal static ExportedModel Of(ModelProto file, string source)
    {
        var metadata = new Dictionary<string, string>();
        foreach (var entry in file.MetadataProps)
        {
            metadata[entry.Key] = entry.Value;
        }
        string Value(string key) => metadata.TryGetValue(key, out string? value) ? value
            : throw new FormatException($"{source}: the model has no metadata '{key}'; it was not exported by PruneSearch");
        if (Value(OnnxMetadata.Format) is not OnnxMetadata.CurrentFormat and var format)
        {
            throw new FormatException($"{source}: the model was exported in format '{format}', expected {OnnxMetadata.CurrentFormat}");
        }
        var model = Build(Value(OnnxMetadata.Detector), source);
        bool endToEnd = Value(OnnxMetadata.Form) switch
        {
            OnnxMetadata.RawForm => false,
            OnnxMetadata.EndToEndForm => true,
            var form => throw new FormatException($"{source}: the model has the form '{form}', expected {OnnxMetadata.RawForm} or {OnnxMetadata.EndToEndForm}"),
        };
        OnnxFile.RequireFiniteConstants(file, source);
        int size = model.Spec.InputSize, rows = model.References.Count;
        Require(file.Graph.Input, [(DetectorModel.ImageInput, DataType.Float, [0, 3, size, size])], "inputs", source);
        (string Name, DataType Type, long[] Shape)[] outputs = endToEnd
            ? [(OnnxExport.BoxesOutput, DataType.Float, [0, 4]), (OnnxExport.ScoresOutput, DataType.Float, [0]), (OnnxExport.LabelsOutput, DataType.Int64, [0])]
            : [.. model.Network.Outputs.Select(o => (o.Name, DataType.Float, (long[])[0, rows, o.Values]))];
        Require(file.Graph.Output, outputs, "outputs", source);
        return new ExportedModel(model, endToEnd, Value(OnnxMetadata.Precision)) { OutputNames = [.. outputs.Select(o => o.Name)] };
    }

    private static DetectorModel Build(string json, string source)
    {
        try
        {
            return DetectorCatalog.Build(DetectorSpec.FromJson(json, $"{source}, metadata '{OnnxMetadata.Detector}'"));
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{source}: the model's detector cannot be built: {e.Message}", e);
        }
    }

    // 0 stands for a dimension that may be free or 1.
    private static void Require(RepeatedField<ValueInfoProto> found, (string Name, DataType Type, long[] Shape)[] expected, string what, string source)
    {
        bool Fits(ValueInfoProto value, (string Name, DataType Type, long[] Shape) wanted) =>
            value.Name == wanted.Name && value.Type?.TensorType is { } tensor && tensor.ElemType == (int)wanted.Type
            && tensor.Shape?.Dim.Count == wanted.Shape.Length
            && tensor.Shape.Dim.Zip(wanted.Shape).All(d => d.Second == 0 ? d.First.DimValue is 0 or 1 : d.First.DimValue == d.Second);
        if (found.Count != expected.Length || !found.Zip(expected).All(p => Fits(p.First, p.Second)))
        {
            string Text(ValueInfoProto v) =>
                $"'{v.Name}' {(DataType)(v.Type?.TensorType?.ElemType ?? 0)} " +
                $"[{string.Join(", ", v.Type?.TensorType?.Shape?.Dim.Select(d => d.DimValue > 0 ? $"{d.DimValue}" : "free") ?? [])}]";
            throw new FormatException($"{source}: the model has {what} {string.Join(", ", found.Select(Text))}; its detector has "
                + string.Join(", ", expected.Select(e => $"'{e.Name}' {e.Type} [{string.Join(", ", e.Shape.Select(d => d > 0 ? $"{d}" : "1"))}]")));
        }
    }
}
