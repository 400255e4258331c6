using System.Text;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Frontiers;

/// <summary>The models of a search as files.</summary>
internal static class FrontierFiles
{
    private const string Header =
        "trajectory,schedule,target_ratio,iteration,on_frontier,removed_channels,map50,map,macs,parameters,model_bytes," +
        "latency_ms,latency_p90_ms,dense_latency_ms,speed_up,speed_up_low,speed_up_high,trained_steps,seconds,engine,threads,processor,key," +
        "parent,precision,slower_than_parent,runs,converged,spinning,pre_processing_ms,post_processing_ms,warnings,removed_channels_unpruned," +
        "map50_low,map50_high,map_low,map_high,map50_beyond_dense_low,map50_beyond_dense_high,input_size";

    /// <summary>Writes <c>frontier.json</c>, <c>frontier.csv</c> and <c>frontier.png</c>.</summary>
    /// <returns>The folder.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static string WriteAll(FrontierView view, string folder)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "frontier.json"), Json(view));
        AtomicFile.Write(Path.Combine(folder, "frontier.csv"), Csv(view));
        AtomicFile.Write(Path.Combine(folder, "frontier.png"), FrontierPlot.Draw(view));
        return folder;
    }

    public static string Json(FrontierView view) => JsonSerializer.Serialize(view, CoreJson.Readable) + "\n";

    /// <summary>One line a point (RFC 4180), numbers with a decimal point.</summary>
    public static string Csv(FrontierView view)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach (var p in view.Points)
        {
            var r = p.Report;
            var l = r.Latency;
            object?[] cells =
            [
                p.Trajectory, EnumNames.Of(p.Schedule), p.Ratio, p.Iteration,
                p.OnFrontier ? "true" : "false", p.Pruned,
                r.Map50, r.Map, r.Macs, r.Parameters, r.ModelBytes, l.Milliseconds, l.Percentile90, l.DenseMilliseconds,
                l.SpeedUp, l.SpeedUpLow, l.SpeedUpHigh, r.TrainedSteps, r.Seconds.Values.Sum(), l.Device.Engine, l.Device.Threads, l.Device.Processor, r.Key,
                p.Parent, p.Precision, p.SlowerThanParent ? "true" : "false", l.Runs, l.Converged ? "true" : "false", l.Device.Spinning ? "true" : "false",
                r.Processing?.PreProcessing, r.Processing?.PostProcessing,
                string.Join("; ", r.Warnings), r.Unpruned?.Removed,
                r.Map50Interval?.Low, r.Map50Interval?.High, r.MapInterval?.Low, r.MapInterval?.High, r.Map50BeyondDense?.Low, r.Map50BeyondDense?.High,
                r.InputSize == 0 ? null : r.InputSize,
            ];
            CsvText.AppendLine(text, cells);
        }
        return text.ToString();
    }
}
