using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PruneSearch.Core;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Metrics;

namespace PruneSearch.Cli.Commands;

/// <summary>COCO figures of a detector with their intervals over the choice of pictures, and how it compares with another one.</summary>
/// <param name="result">The figures.</param>
/// <param name="resamples">The same on resamples of the pictures.</param>
internal sealed class ResampledAccuracy(CocoResult result, ScoreResamples resamples)
{
    private Other? _other;

    private sealed record Other(string Name, double Map50, double Map, ConfidenceInterval Map50Beyond, ConfidenceInterval MapBeyond);

    /// <summary>The same beside another detector on the same pictures.</summary>
    public ResampledAccuracy Beside(string name, CocoResult other, ScoreResamples others) => new(result, resamples)
    {
        _other = new Other(name, result.Ap50 - other.Ap50, result.Ap - other.Ap, resamples.Map50Beyond(others), resamples.MapBeyond(others)),
    };

    /// <summary>The intervals in words, and whether the two detectors can be told apart.</summary>
    public void Write(TextWriter output, int pictures)
    {
        output.WriteLine();
        output.WriteLine(Text($"95 % interval over the choice of pictures ({resamples.Map50.Count:#,0} resamples of {pictures:#,0}): ") +
            Text($"AP50 {Between(resamples.Map50Interval)}, AP {Between(resamples.MapInterval)}"));
        if (_other is { } o)
        {
            output.WriteLine($"Against {o.Name}, on the same resamples:");
            output.WriteLine($"  AP50 {Points(o.Map50)} points [{Points(o.Map50Beyond.Low)}, {Points(o.Map50Beyond.High)}]: {Verdict(o.Map50Beyond)}");
            output.WriteLine($"  AP   {Points(o.Map)} points [{Points(o.MapBeyond.Low)}, {Points(o.MapBeyond.High)}]: {Verdict(o.MapBeyond)}");
        }
    }

    /// <summary>The COCO figures with <c>ap50Interval</c>, <c>apInterval</c> and, where there is another detector, <c>against</c>.</summary>
    public string ToJson()
    {
        var json = JsonSerializer.SerializeToNode(result, CoreJson.Readable)!.AsObject();
        json["ap50Interval"] = Interval(resamples.Map50Interval);
        json["apInterval"] = Interval(resamples.MapInterval);
        if (_other is { } o)
        {
            json["against"] = new JsonObject
            {
                ["detector"] = o.Name,
                ["ap50Difference"] = Number(o.Map50),
                ["ap50DifferenceInterval"] = Interval(o.Map50Beyond),
                ["apDifference"] = Number(o.Map),
                ["apDifferenceInterval"] = Interval(o.MapBeyond),
            };
        }
        return json.ToJsonString(CoreJson.Readable) + "\n";
    }

    private static JsonNode? Interval(ConfidenceInterval i) => JsonSerializer.SerializeToNode(i, CoreJson.Readable);

    private static JsonNode? Number(double value) => JsonSerializer.SerializeToNode(value, CoreJson.Readable);

    private static string Verdict(ConfidenceInterval i) => i.Low > 0 ? "more accurate" : i.High < 0 ? "less accurate" : "these pictures cannot tell them apart";

    private static string Between(ConfidenceInterval i) => Text($"{i.Low:0.000} to {i.High:0.000}");

    private static string Points(double difference) => (difference * 100).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
