namespace PruneSearch.Architecture.Tests;

/// <summary>Files and lines that fit a screen.</summary>
public sealed class SizeTests
{
    private const int LongestLine = 160, LongestFile = 250, MedianFile = 80;

    [Fact]
    public void No_line_of_code_is_longer_than_160_columns()
    {
        var code = Checkout.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));
        Assert.Empty(code.SelectMany(f => Checkout.Lines(f).Index().Where(l => l.Item.Length > LongestLine).Select(l => $"{f}({l.Index + 1})")));
    }

    [Fact]
    public void No_source_file_is_longer_than_250_lines_and_the_median_is_below_80()
    {
        var lengths = Checkout.Sources.ToDictionary(f => f, f => Checkout.Lines(f).Length);
        Assert.Empty(lengths.Where(l => l.Value > LongestFile).Select(l => $"{l.Key}: {l.Value}"));
        Assert.True(lengths.Values.Order().ElementAt(lengths.Count / 2) < MedianFile);
    }
}
