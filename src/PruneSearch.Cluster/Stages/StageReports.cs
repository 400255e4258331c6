using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Stages;

/// <summary>The reports in the checkpoint store: the truth about which stages are complete.</summary>
internal static class StageReports
{
    /// <summary>The report of a stage, or <see langword="null"/> when the stage is not complete.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static async Task<StageReport?> TryReadReportAsync(this ICheckpointStore store, string key)
    {
        string name = CheckpointNames.Report(key);
        if (!await store.ExistsAsync(name))
        {
            return null;
        }
        var stream = await store.OpenReadAsync(name);
        await using (stream)
        {
            try
            {
                return await JsonSerializer.DeserializeAsync<StageReport>(stream, CoreJson.Readable);
            }
            catch (JsonException e)
            {
                throw new FormatException($"{name} is no stage report: {e.Message}", e);
            }
        }
    }

    /// <summary>Makes the stage complete, unless it is already; answers the report that stands.</summary>
    public static async Task<StageReport> PublishReportAsync(this ICheckpointStore store, StageReport report)
    {
        bool first = await store.PutAsync(
            CheckpointNames.Report(report.Key),
            (stream, cancellation) => JsonSerializer.SerializeAsync(stream, report, CoreJson.Readable, cancellation),
            PutCondition.IfAbsent);
        return first ? report : await store.TryReadReportAsync(report.Key)
            ?? throw new IOException($"{CheckpointNames.Report(report.Key)} was written but cannot be found.");
    }
}
