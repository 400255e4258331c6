using System.Globalization;
using PruneSearch.Data.Datasets;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Cli.Commands;

/// <summary>Metrics for people.</summary>
internal static class MetricsText
{
    /// <summary>Writes the twelve COCO figures as the COCO tools print them, then a line a class.</summary>
    /// <param name="dataset">What was scored.</param>
    /// <param name="result">The figures.</param>
    /// <param name="vocDetections">Detections to score as Pascal VOC does too; <see langword="null"/> to leave that out.</param>
    public static void Write(TextWriter output, DetectionDataset dataset, CocoResult result, IReadOnlyList<ImageDetection>? vocDetections = null)
    {
        output.Write(result.ToCocoText());
        output.WriteLine();
        var eleven = vocDetections is null ? null : VocEvaluator.Evaluate(dataset, vocDetections, VocInterpolation.ElevenPoint);
        var all = vocDetections is null ? null : VocEvaluator.Evaluate(dataset, vocDetections, VocInterpolation.AllPoints);
        int width = Math.Max(5, result.Classes.Max(c => c.Name.Length));
        output.WriteLine($"{"class".PadRight(width)}  objects     AP   AP50{(eleven is null ? "" : "  VOC07  VOC10")}");
        for (int i = 0; i < result.Classes.Count; i++)
        {
            var c = result.Classes[i];
            string vocText = eleven is null ? "" : $"  {Figure(eleven[i])}  {Figure(all![i])}";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{c.Name.PadRight(width)}  {c.Objects,7}  {Figure(c.Ap)}  {Figure(c.Ap50)}{vocText}"));
        }
        string means = eleven is null ? "" : $"  {Figure(VocEvaluator.Mean(eleven))}  {Figure(VocEvaluator.Mean(all!))}";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"mean".PadRight(width)}  {result.Classes.Sum(c => c.Objects),7}  {Figure(result.Ap)}  {Figure(result.Ap50)}{means}"));
    }

    private static string Figure(double value) => double.IsNaN(value) ? "    –" : value.ToString("0.000", CultureInfo.InvariantCulture);
}
