using System.Globalization;
using System.Text;
using PruneSearch.Core.Comparisons;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Reports;

/// <summary>Trajectories as CSV (RFC 4180), one a line, so that tables can be checked.</summary>
internal static class ResultsCsv
{
    private const string Header = "trajectory,variant,arm,schedule,level,seed,validation_map50,validation_map,test_map50,test_map,macs,parameters," +
        "speed_up_low,speed_up,speed_up_high,steps,seconds,stage,map50_low,map50_high,input_size";

    public static string Write(SearchResults results)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var t in results.Trajectories)
        {
            var (r, l) = (t.Report, t.Report.Latency);
            object?[] cells =
            [
                t.Name, t.Variant, t.Arm, EnumNames.Of(t.Schedule), t.Level, t.Seed, r.Map50, r.Map, t.Test?.Map50,
                t.Test?.Map, r.Macs, r.Parameters,
                l.SpeedUpLow, l.SpeedUp, l.SpeedUpHigh, t.Steps, Math.Round(t.Seconds, 1), r.Key, t.Resamples?.Map50Interval.Low,
                t.Resamples?.Map50Interval.High, r.InputSize == 0 ? null : r.InputSize,
            ];
            text.AppendJoin(',', cells.Select(c => Convert.ToString(c, CultureInfo.InvariantCulture))).Append('\n'); // names are letters, digits and hyphens
        }
        return text.ToString();
    }
}
