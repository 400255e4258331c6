using System.Globalization;
using System.Text;
using PruneSearch.Core.Settings;
using PruneSearch.Pruning.Sensitivity;
using Spectre.Console;

namespace PruneSearch.Cli.Sensitivities;

/// <summary>What pruning each group alone costs, in words and numbers.</summary>
internal static class SensitivityText
{
    public static string Line(GroupSensitivity row) =>
        string.Create(CultureInfo.InvariantCulture,
            $"  {row.Group}: {row.DenseWidth} → {row.Width} channels, mAP50 {row.Accuracy:0.000}, {row.Macs / 1e6:0} M MACs");

    /// <summary>A row a group, a column a ratio: mAP50 and how far it is below that of the whole detector.</summary>
    public static Table Table(IReadOnlyList<GroupSensitivity> rows, double whole)
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumn("channel group");
        table.AddColumn("kind");
        table.AddColumn(new TableColumn("channels").RightAligned());
        foreach (double ratio in rows.Select(r => r.Ratio).Distinct())
        {
            table.AddColumn(new TableColumn(string.Create(CultureInfo.InvariantCulture, $"−{ratio * 100:0.#} %")).RightAligned().NoWrap());
        }
        foreach (var group in rows.GroupBy(r => r.Group))
        {
            var first = group.First();
            table.AddRow([
                Markup.Escape(first.Group), EnumNames.Of(first.Kind), first.DenseWidth.ToString(CultureInfo.InvariantCulture),
                .. group.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Accuracy:0.000} ({r.Accuracy - whole:+0.000;−0.000; 0.000})")),
            ]);
        }
        return table;
    }

    /// <summary>One line a pruning, numbers with a decimal point; the first line is the whole detector.</summary>
    public static string Csv(IReadOnlyList<GroupSensitivity> rows, double whole)
    {
        var text = new StringBuilder("group,kind,ratio,dense_width,width,macs,map50\n");
        text.Append(CultureInfo.InvariantCulture, $",,0,,,,{whole}\n");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{row.Group},{EnumNames.Of(row.Kind)},{row.Ratio},{row.DenseWidth},{row.Width},{row.Macs},{row.Accuracy}\n");
        }
        return text.ToString();
    }
}
