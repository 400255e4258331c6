using PruneSearch.Cli.Growing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>How a search stands, in lines.</summary>
internal static class StatusText
{
    /// <summary>What a search gets of the slots.</summary>
    public static string Of(SlotSettings slots) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"priority {slots.Priority}, share {slots.Share}");

    /// <summary>A line for the search and one for each trajectory; a failure is told once, however many trajectories had the stage before them.</summary>
    /// <param name="details">Whether the end of the log of each failure is shown.</param>
    /// <param name="place">Where it is, for the command that shows details.</param>
    public static IEnumerable<string> Lines(SearchStatus status, bool details, SearchPlace place)
    {
        yield return $"{status.Id}: {ProgressText.Of(status.State)}{(status.Reason is null ? "" : $" ({ErrorText.OneLine(status.Reason)})")}";
        if (status.Slots != new SlotSettings())
        {
            yield return "  " + Of(status.Slots);
        }
        foreach (var measuring in status.Measuring)
        {
            yield return "  " + MeasuringText.Of(measuring);
        }
        foreach (string line in status.Growth is { } growth ? GrowthText.Lines(growth) : [])
        {
            yield return "  " + line;
        }
        var failures = StageFailure.Of(status).SelectMany(f => f.Trajectories.Select(t => (t.Name, Failure: f))).ToDictionary(f => f.Name, f => f.Failure);
        foreach (var t in status.Trajectories)
        {
            var failure = failures.GetValueOrDefault(t.Name);
            bool told = failure is not null && failure.Trajectories[0].Name != t.Name;
            string slot = t is { State: WorkState.Running, Worker: { } worker } ? $"  on {worker}" : "";
            yield return "  " + ProgressText.Line(told ? t with { Reason = $"like {failure!.Trajectories[0].Name}" } : t, null) + slot;
            if (t.Proposal is { } proposal)
            {
                yield return "      " + GrowthText.Of(proposal);
            }
            foreach (string warning in ProgressText.Warnings(t))
            {
                yield return "      warning: " + warning;
            }
            foreach (string line in details && failure is not null && !told ? failure.Log : [])
            {
                yield return "      | " + line;
            }
        }
        if (!details && failures.Values.Any(f => f.Log.Count > 0))
        {
            yield return $"The end of the log of each failure: prunesearch status {status.Id} --details{place.Options}";
        }
    }
}
