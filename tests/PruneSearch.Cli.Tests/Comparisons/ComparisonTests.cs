using PruneSearch.Cli.Comparisons;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Tests.Comparisons;

/// <summary>Models of several searches beside one another.</summary>
public sealed class ComparisonTests
{
    private static readonly ComparedModel[] Models =
    [
        Model("cells-1", "original", 0.86, 8),
        Model("cells-1", "one-shot-50", 0.85, 4),
        Model("photos-2", "original", 0.84, 6), // slower and less accurate than the one before
        Model("photos-2", "one-shot-50", 0.80, 2),
    ];

    [Fact]
    public void The_most_accurate_model_within_each_time_is_named()
    {
        string text = ComparisonText.Markdown(Models, [20, 5, 1]);

        Assert.EndsWith("""
            Within 1 ms: none
            Within 5 ms: one-shot-50 of cells-1, mAP50 0.850 in 4.00 ms
            Within 20 ms: original of cells-1, mAP50 0.860 in 8.00 ms

            """.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_search_beats_is_not_worth_having()
    {
        Assert.Equal([Models[3], Models[1], Models[0]], ComparedModel.Frontier(Models));
        Assert.Contains("| photos-2 | original | 0.840 |  |", ComparisonText.Markdown(Models, []), StringComparison.Ordinal);
        Assert.Equal(3, ComparisonText.Markdown(Models, []).Split("| yes |").Length - 1);
    }

    [Fact]
    public void The_csv_has_a_line_a_model_and_the_picture_is_one()
    {
        string[] lines = ComparisonText.Csv(Models).TrimEnd('\n').Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("cells-1,one-shot-50,0.85,", lines[2], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.Equal(lines[0].Count(c => c == ','), l.Count(c => c == ',')));
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], ComparisonPlot.Draw(Models, [5, 10])[..4]);
    }

    [Fact]
    public void Accuracies_have_their_intervals_in_table_csv_and_picture()
    {
        ComparedModel[] models = [.. Models.Select(m => m with
        {
            Point = m.Point with { Report = m.Point.Report with { Map50Interval = new(m.Map50 - 0.05, m.Map50 + 0.04) } },
        })];
        Assert.Contains("| photos-2 | one-shot-50 | 0.800 | 0.750–0.840 |", ComparisonText.Markdown(models, []), StringComparison.Ordinal);
        Assert.Contains("\nphotos-2,one-shot-50,0.8,0.75,0.8", ComparisonText.Csv(models), StringComparison.Ordinal);
        Assert.NotEqual(ComparisonPlot.Draw(Models, []), ComparisonPlot.Draw(models, []));
    }

    [Fact]
    public void Models_of_no_use_squash_no_others()
    {
        byte[] all = ComparisonPlot.Draw([.. Models, Model("photos-2", "one-shot-90", 0.02, 1)], []);
        var blue = SkiaSharp.SKColor.Parse("#2A6FBB"); // of the first search
        int Blue(byte[] png)
        {
            using var picture = SkiaSharp.SKBitmap.Decode(png);
            return Enumerable.Range(picture.Width - 227, 215).Sum(x => Enumerable.Range(picture.Height - 250, 190).Count(y => picture.GetPixel(x, y) == blue));
        }

        Assert.Equal(0, Blue(ComparisonPlot.Draw(Models, [])));
        Assert.InRange(Blue(all), 10, 2000); // all models in a small picture below the legend
    }

    private static ComparedModel Model(string search, string name, double map50, double milliseconds) =>
        new(
        search, name, Some.Point(name, ScheduleKind.OneShot, .5, name == "original" ? 0 : 1, Some.Report(map50, 1)), milliseconds, milliseconds * 1.1);
}
