using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Data.PostProcessing;
using static PruneSearch.Inference.Onnx.OnnxGraph;

namespace PruneSearch.Inference.Onnx;

/// <summary>Writes what <see cref="DetectionDecoder"/> does with the raw outputs of one picture as ONNX nodes.</summary>
internal sealed class DetectionGraph(OnnxGraph graph, DetectorModel model, DetectionOptions options)
{
    private readonly int _count = model.References.Count;

    /// <summary>
    /// Reads coded boxes <c>[1, rows, 4]</c>, class outputs <c>[1, rows, outputs]</c> and objectness <c>[1, rows, 1]</c> where there is one; writes boxes,
    /// scores and labels.
    /// </summary>
    /// <param name="nameOf">The name in the graph of an output of the network.</param>
    public void Write(Func<string, string> nameOf)
    {
        var (corners, visible) = Decode(nameOf(DetectorModel.BoxesOutput));
        string scores = Score(nameOf(DetectorModel.ClassesOutput), model.Scores.Objectness ? nameOf(DetectorModel.ObjectnessOutput) : null, visible);
        string selected = graph.Node("NonMaxSuppression", "selected", [corners, scores, graph.Constant("nms.most", options.MaxPerClass),
            graph.Constant("nms.iou", [1], [options.IouThreshold]),
            graph.Constant("nms.score", [1], [MathF.BitDecrement(options.ScoreThreshold)])]); // the operator keeps what is larger, the decoder what is at least
        string label = Column(selected, "selected.label", 1), box = Column(selected, "selected.box", 2);
        string place = graph.Node("Add", "selected.place", [graph.Node("Mul", "selected.row", [label, graph.Constant("boxes.count", _count)]), box]);
        string flat = graph.Node("Reshape", "scores.flat", [scores, graph.Constant("shape.flat", -1)]);
        string score = graph.Node("Gather", "selected.score", [flat, place], Attribute("axis", 0));
        string order = Sort(score);
        graph.Node("Gather", OnnxExport.LabelsOutput, [label, order], Attribute("axis", 0));
        string rows = graph.Node("Reshape", "corners.rows", [corners, graph.Constant("shape.rows", -1, 4)]);
        graph.Node("Gather", OnnxExport.BoxesOutput, [rows, graph.Node("Gather", "selected.best", [box, order], Attribute("axis", 0))], Attribute("axis", 0));
    }

    private (string Corners, string Visible) Decode(string coded)
    {
        string[] parts = ["coded.0", "coded.1", "coded.2", "coded.3"];
        graph.Nodes("Split", "coded.split", [coded, graph.Constant("coded.sizes", 1, 1, 1, 1)], parts, Attribute("axis", 2));
        bool yFirst = model.BoxCode.Order == BoxOrder.Yxhw;
        var (top, bottom) = Edges("y", parts[yFirst ? 0 : 1], parts[yFirst ? 2 : 3], b => (b.CenterY, b.Height));
        var (left, right) = Edges("x", parts[yFirst ? 1 : 0], parts[yFirst ? 3 : 2], b => (b.CenterX, b.Width));
        string corners = graph.Node("Concat", "corners", [top, left, bottom, right], Attribute("axis", 2));
        string area = graph.Node("Mul", "area", [graph.Node("Sub", "area.height", [bottom, top]), graph.Node("Sub", "area.width", [right, left])]);
        return (corners, graph.Node("Greater", "visible", [area, graph.Scalar("zero", 0)]));
    }

    // Both edges of every box in one direction, within the picture: [1, boxes, 1] each.
    private (string Low, string High) Edges(string axis, string center, string size, Func<ReferenceBox, (float Center, float Size)> reference)
    {
        string Values(string name, Func<(float Center, float Size), double> value) =>
            graph.Constant($"reference.{axis}.{name}", [1, _count, 1], [.. model.References.Select(b => (float)value(reference(b)))]);
        string middle = graph.Node("Add", axis + ".middle",
            [graph.Node("Mul", axis + ".offset", [center, Values("step", r => r.Size / model.BoxCode.CenterScale)]), Values("center", r => r.Center)]);
        string log = graph.Node("Min", axis + ".log",
            [graph.Node("Div", axis + ".scaled", [size, graph.Scalar("size.scale", (float)model.BoxCode.SizeScale)]),
                graph.Scalar("size.most", (float)model.BoxCode.MaxLogSize)]);
        string half = graph.Node("Mul", axis + ".half", [graph.Node("Exp", axis + ".factor", [log]), Values("half", r => r.Size / 2)]);
        string Within(string edge, string operation) => graph.Node("Clip", edge,
            [graph.Node(operation, edge + ".free", [middle, half]), graph.Scalar("zero", 0), graph.Scalar("one", 1)]);
        return (Within(axis + ".low", "Sub"), Within(axis + ".high", "Add"));
    }

    // [1, classes, boxes] without the background; boxes that are not in the picture get a score that no threshold lets through.
    private string Score(string classes, string? objectness, string visible)
    {
        string all = model.Scores.Function == ScoreFunction.Sigmoid
            ? graph.Node("Sigmoid", "scores.all", [classes])
            : graph.Node("Softmax", "scores.all", [classes], Attribute("axis", 2));
        string objects = !model.Scores.Background ? all : graph.Node("Slice", "scores.objects",
            [all, graph.Constant("slice.start", model.Scores.FirstClass), graph.Constant("slice.end", model.ClassOutputs), graph.Constant("slice.axis", 2)]);
        string sure = objectness is null ? objects : graph.Node("Mul", "scores.sure", [objects, graph.Node("Sigmoid", "scores.objectness", [objectness])]);
        string seen = graph.Node("Where", "scores.seen", [visible, sure, graph.Scalar("never", -1)]);
        return graph.Node("Transpose", "scores.classes", [seen], Attribute("perm", 0, 2, 1));
    }

    private string Sort(string score)
    {
        string count = graph.Node("Shape", "selected.count", [score]);
        string most = options.MaxTotal is { } total ? graph.Node("Min", "selected.most", [count, graph.Constant("detections.most", total)]) : count;
        graph.Nodes("TopK", "sorted", [score, most], [OnnxExport.ScoresOutput, "sorted.order"], Attribute("axis", 0), Attribute("largest", 1),
            Attribute("sorted", 1));
        return "sorted.order";
    }

    // A scalar index takes a column as a vector.
    private string Column(string rows, string name, int index) =>
        graph.Node("Gather", name, [rows, graph.Constant(name + ".index", Schema.TensorProto.Types.DataType.Int64, [], BitConverter.GetBytes((long)index))],
            Attribute("axis", 1));
}
