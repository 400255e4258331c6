using System.Globalization;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Pruning.Importance;
using Spectre.Console;

namespace PruneSearch.Cli.Inspecting;

/// <summary>What a detector consists of, as tables.</summary>
internal static class InspectText
{
    public static Table Groups(Network network)
    {
        var table = Create("channel group", "kind", "unpruned", "now", "removed", "MACs a channel", "parameters a channel");
        foreach (var group in network.Groups)
        {
            table.AddRow(
                Markup.Escape(group.Name),
                EnumNames.Of(group.Kind),
                Text($"{group.DenseWidth}"),
                Text($"{group.Width}"),
                Share(group.DenseWidth, group.Width),
                Text($"{ScoreScaling.CostOf(network, group, ChannelCost.Macs):#,0}"),
                Text($"{ScoreScaling.CostOf(network, group, ChannelCost.Parameters):#,0}"));
        }
        return table;
    }

    /// <summary>MACs and parameters by part, before and after.</summary>
    public static Table Parts(IReadOnlyList<PartCost> parts)
    {
        var table = Create("part", "MACs, unpruned", "now", "removed", "parameters, unpruned", "now", "removed");
        foreach (var part in parts)
        {
            Add(part.Name, part.Dense, part.Now);
        }
        table.AddEmptyRow();
        Add("all", Sum(parts, p => p.Dense), Sum(parts, p => p.Now));
        return table;

        void Add(string name, NetworkPart dense, NetworkPart now) => table.AddRow(
            Markup.Escape(name), Millions(dense.Macs), Millions(now.Macs), Share(dense.Macs, now.Macs), Millions(dense.Parameters), Millions(now.Parameters),
            Share(dense.Parameters, now.Parameters));
    }

    public static string Title(DetectorSpec spec) =>
        Text($"{spec.Architecture}, {spec.InputSize}×{spec.InputSize}, {spec.Classes.Count} classes, batch norms {(spec.BatchNorm ? "in place" : "folded")}");

    public static string Millions(long value) => Text($"{value / 1e6:0.00} M");

    private static NetworkPart Sum(IReadOnlyList<PartCost> parts, Func<PartCost, NetworkPart> of) =>
        new("all", parts.Sum(p => of(p).Macs), parts.Sum(p => of(p).Parameters));

    private static string Share(long dense, long now) => dense == now ? "" : Text($"{100.0 * (dense - now) / dense:0.0} %");

    private static Table Create(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string column in columns)
        {
            table.AddColumn(column is "channel group" or "kind" or "part" ? new TableColumn(column) : new TableColumn(column).RightAligned().NoWrap());
        }
        return table;
    }

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
