using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Following;

/// <summary>How far the measurements on other device classes are, in words.</summary>
internal static class MeasuringText
{
    /// <summary>One device class: <c>raspberry-pi-5: 3 of 9 models measured; waits for a slot of class raspberry-pi-5: none is known</c>.</summary>
    public static string Of(MeasuringStatus s) =>
        $"{s.DeviceClass}: {s.Measured} of {s.Measured + s.Failed + s.Waiting} models measured{(s.Failed > 0 ? $", {s.Failed} failed" : "")}" +
        $"{(s.Reason is { } reason ? $"; {ErrorText.OneLine(reason)}" : "")}";

    /// <summary>What else there is to see of a search beside the frontier of one device class.</summary>
    /// <param name="shown">The class that is shown; <see langword="null"/> for the slots that trained.</param>
    /// <param name="place">Where it is, for the command that shows more.</param>
    public static IEnumerable<string> Lines(SearchSummary summary, string? shown, SearchPlace place)
    {
        foreach (var measuring in summary.Measuring)
        {
            yield return Of(measuring) + (measuring.DeviceClass == shown ? "" : $". Its frontier: prunesearch frontier {summary.Id} --device " +
                $"{measuring.DeviceClass}{place.Options}");
        }
    }
}
