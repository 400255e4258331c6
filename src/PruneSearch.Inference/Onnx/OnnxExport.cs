using Google.Protobuf;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Onnx.Schema;
using DataType = PruneSearch.Inference.Onnx.Schema.TensorProto.Types.DataType;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// Writes detectors as ONNX models: batch norms folded, all weights constant, the picture <see cref="DetectorModel.ImageInput"/>
/// as input. Equal input gives equal bytes.
/// </summary>
public static class OnnxExport
{
    /// <summary>Oldest operator set that can be written and read.</summary>
    public const int MinOpset = 17;

    /// <summary>Newest operator set that can be written and read.</summary>
    public const int MaxOpset = 22;

    /// <summary>Output of the end-to-end form: boxes.</summary>
    public const string BoxesOutput = "boxes";

    /// <summary>Output of the end-to-end form: scores.</summary>
    public const string ScoresOutput = "scores";

    /// <summary>Output of the end-to-end form: class indices.</summary>
    public const string LabelsOutput = "labels";

    private const string CodedPrefix = "coded.";

    // Opset 17 came with this version of the file format; the format has not changed since in what is used here.
    private const int IrVersion = 8;

    /// <summary>
    /// Writes the raw form: the outputs of <see cref="DetectorModel.Network"/>, before decoding and score function.
    /// </summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="weights">Its weights, with batch norms as the specification says.</param>
    /// <param name="options">Batch size, operator set, metadata.</param>
    /// <exception cref="FormatException">The weights do not fit the detector.</exception>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static void Write(Stream stream, DetectorModel model, WeightSet weights, OnnxExportOptions? options = null)
    {
        options ??= new OnnxExportOptions();
        var graph = Network(model, weights, options, options.BatchSize);
        foreach (var output in model.Network.Outputs)
        {
            graph.Proto.Output.Add(OnnxGraph.Value(output.Name, DataType.Float, Batch(options.BatchSize), Boxes(model.Network, output), output.Values));
        }
        Save(stream, graph, OnnxMetadata.Of(model, OnnxMetadata.RawForm, options.Metadata), options.Opset);
    }

    /// <summary>The raw form as bytes; see <see cref="Write"/>.</summary>
    public static byte[] ToBytes(DetectorModel model, WeightSet weights, OnnxExportOptions? options = null)
    {
        using var stream = new MemoryStream();
        Write(stream, model, weights, options);
        return stream.ToArray();
    }

    /// <summary>
    /// Writes the end-to-end form, for one picture: scores, decoding and non-maximum suppression stand in the graph. Outputs are
    /// <see cref="BoxesOutput"/> <c>[n, 4]</c> (top, left, bottom, right in fractions of the picture), <see cref="ScoresOutput"/>
    /// <c>[n]</c> and <see cref="LabelsOutput"/> <c>[n]</c> (index into the classes, 64-bit), by falling score: the detections
    /// that <see cref="DetectionDecoder"/> makes of the raw form.
    /// </summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="weights">Its weights, with batch norms as the specification says.</param>
    /// <param name="detections">Thresholds and limits, which become constants of the graph.</param>
    /// <param name="options">Operator set and metadata; the batch size is 1.</param>
    /// <exception cref="FormatException">The weights do not fit the detector.</exception>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static void WriteEndToEnd(Stream stream, DetectorModel model, WeightSet weights, DetectionOptions? detections = null,
        OnnxExportOptions? options = null)
    {
        options ??= new OnnxExportOptions();
        var graph = Network(model, weights, options, batch: 1, CodedPrefix);
        Decode(graph, model, detections);
        Save(stream, graph, OnnxMetadata.Of(model, OnnxMetadata.EndToEndForm, options.Metadata), options.Opset);
    }

    /// <summary>Puts scores, decoding and non-maximum suppression into a model of the raw form, in whatever precision it computes.</summary>
    /// <param name="raw">A file of the raw form, for one picture.</param>
    /// <param name="source">Where it comes from, for messages.</param>
    /// <param name="detections">Thresholds and limits, which become constants of the graph.</param>
    /// <returns>The end-to-end form.</returns>
    /// <exception cref="FormatException">It is damaged, no exported detector, of another form, or for more than one picture.</exception>
    public static byte[] ToEndToEnd(byte[] raw, string source, DetectionOptions? detections = null)
    {
        var file = OnnxFile.Read(raw, source);
        var detector = ExportedModel.Of(file, source);
        if (detector.EndToEnd || file.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue != 1)
        {
            throw new FormatException($"{source}: the model {(detector.EndToEnd ? "is end to end already" : "takes any number of pictures")}, expected the " +
                "raw form for one picture");
        }
        foreach (var node in file.Graph.Node)
        {
            node.Name = detector.OutputNames.Contains(node.Name) ? CodedPrefix + node.Name : node.Name;
            for (int i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = detector.OutputNames.Contains(node.Output[i]) ? CodedPrefix + node.Output[i] : node.Output[i];
            }
        }
        file.Graph.Output.Clear();
        Decode(new OnnxGraph(file.Graph), detector.Model, detections);
        file.MetadataProps.Single(m => m.Key == OnnxMetadata.Form).Value = OnnxMetadata.EndToEndForm;
        return file.ToByteArray();
    }

    private static void Decode(OnnxGraph graph, DetectorModel model, DetectionOptions? detections)
    {
        new DetectionGraph(graph, model, detections ?? new DetectionOptions()).Write(output => CodedPrefix + output);
        graph.Proto.Output.Add(OnnxGraph.Value(BoxesOutput, DataType.Float, "detections", 4));
        graph.Proto.Output.Add(OnnxGraph.Value(ScoresOutput, DataType.Float, "detections"));
        graph.Proto.Output.Add(OnnxGraph.Value(LabelsOutput, DataType.Int64, "detections"));
    }

    private static OnnxGraph Network(DetectorModel model, WeightSet weights, OnnxExportOptions options, int? batch, string prefix = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch ?? 1, 1, nameof(options.BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Opset, MinOpset, nameof(options.Opset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Opset, MaxOpset, nameof(options.Opset));
        var graph = new OnnxGraph(model.Spec.Architecture);
        var picture = model.Network.Layers[0];
        graph.Proto.Input.Add(OnnxGraph.Value(picture.Name, DataType.Float, Batch(batch), picture.Channels.Width, picture.Height, picture.Width));
        new NetworkGraph(graph, model.Network, weights, batch).Write(prefix);
        return graph;
    }

    private static void Save(Stream stream, OnnxGraph graph, IReadOnlyDictionary<string, string> metadata, int opset)
    {
        string version = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3);
        var file = new ModelProto { IrVersion = IrVersion, ProducerName = "PruneSearch", ProducerVersion = version, Graph = graph.Proto };
        file.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        file.MetadataProps.AddRange(metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
        file.WriteTo(stream);
    }

    private static object Batch(int? batch) => batch is { } n ? n : "batch";

    private static int Boxes(Network network, NetworkOutput output) => output.Heads.Sum(h =>
    {
        var head = network[h];
        return head.Height * head.Width * head.Channels.Width / output.Values;
    });
}
