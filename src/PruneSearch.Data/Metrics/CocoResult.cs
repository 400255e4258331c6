using System.Globalization;
using System.Text;

namespace PruneSearch.Data.Metrics;

/// <summary>
/// The twelve figures of COCO detection, 0 to 1 each; NaN where the data has no object that would count (the COCO tools
/// say −1).
/// </summary>
public sealed record CocoResult
{
    /// <summary>Average precision, mean over IoU .50 to .95.</summary>
    public required double Ap { get; init; }

    /// <summary>Average precision at IoU .50.</summary>
    public required double Ap50 { get; init; }

    /// <summary>Average precision at IoU .75.</summary>
    public required double Ap75 { get; init; }

    /// <summary>AP of objects below 32² pixels.</summary>
    public required double ApSmall { get; init; }

    /// <summary>AP of objects from 32² to 96² pixels.</summary>
    public required double ApMedium { get; init; }

    /// <summary>AP of objects above 96² pixels.</summary>
    public required double ApLarge { get; init; }

    /// <summary>Average recall with one detection of a class in a picture.</summary>
    public required double Ar1 { get; init; }

    /// <summary>Average recall with 10 detections of a class in a picture.</summary>
    public required double Ar10 { get; init; }

    /// <summary>Average recall with 100 detections of a class in a picture.</summary>
    public required double Ar100 { get; init; }

    /// <summary>AR of objects below 32² pixels.</summary>
    public required double ArSmall { get; init; }

    /// <summary>AR of objects from 32² to 96² pixels.</summary>
    public required double ArMedium { get; init; }

    /// <summary>AR of objects above 96² pixels.</summary>
    public required double ArLarge { get; init; }

    /// <summary>Each class, in the order of the data set.</summary>
    public required IReadOnlyList<ClassAveragePrecision> Classes { get; init; }

    /// <summary>AP at IoU .50 by class name.</summary>
    public SortedDictionary<string, double> ClassAp50() => new(Classes.ToDictionary(c => c.Name, c => c.Ap50), StringComparer.Ordinal);

    /// <summary>The twelve figures in the order and form in which the COCO tools print them.</summary>
    public string ToCocoText()
    {
        var text = new StringBuilder();
        Line(text, "Precision", "(AP)", "0.50:0.95", "all", 100, Ap);
        Line(text, "Precision", "(AP)", "0.50", "all", 100, Ap50);
        Line(text, "Precision", "(AP)", "0.75", "all", 100, Ap75);
        Line(text, "Precision", "(AP)", "0.50:0.95", "small", 100, ApSmall);
        Line(text, "Precision", "(AP)", "0.50:0.95", "medium", 100, ApMedium);
        Line(text, "Precision", "(AP)", "0.50:0.95", "large", 100, ApLarge);
        Line(text, "Recall", "(AR)", "0.50:0.95", "all", 1, Ar1);
        Line(text, "Recall", "(AR)", "0.50:0.95", "all", 10, Ar10);
        Line(text, "Recall", "(AR)", "0.50:0.95", "all", 100, Ar100);
        Line(text, "Recall", "(AR)", "0.50:0.95", "small", 100, ArSmall);
        Line(text, "Recall", "(AR)", "0.50:0.95", "medium", 100, ArMedium);
        Line(text, "Recall", "(AR)", "0.50:0.95", "large", 100, ArLarge);
        return text.ToString();
    }

    private static void Line(StringBuilder text, string title, string kind, string iou, string area, int detections, double value) =>
        text.Append(CultureInfo.InvariantCulture,
            $" {"Average " + title,-18} {kind} @[ IoU={iou,-9} | area={area,6} | maxDets={detections,3} ] = {(double.IsNaN(value) ? -1 : value):0.000}\n");
}
