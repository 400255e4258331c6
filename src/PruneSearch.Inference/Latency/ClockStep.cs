using System.Globalization;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// How fine a clock is. That of a virtual machine that was moved to another host may go in steps of milliseconds: what is faster then takes no time at all.
/// </summary>
internal sealed class ClockStep
{
    // Of the latency: as fine as the interval at which measuring ends.
    private const double LargestShare = 0.02;

    private const int Steps = 5, MostReads = 1_000_000;

    private readonly double _milliseconds;

    /// <summary>Reads a clock until it has moved a few times: for a microsecond where it is as it should be.</summary>
    /// <param name="time">A clock that does not move by itself is taken to be fine.</param>
    public ClockStep(TimeProvider time)
    {
        double least = double.PositiveInfinity;
        long last = time.GetTimestamp();
        for (int steps = 0, reads = 0; steps < Steps && reads < MostReads; reads++)
        {
            long now = time.GetTimestamp();
            if (now > last)
            {
                least = Math.Min(least, time.GetElapsedTime(last, now).TotalMilliseconds);
                steps++;
            }
            last = now;
        }
        _milliseconds = double.IsFinite(least) ? least : 0;
    }

    /// <summary>Checks that it is fine enough for a latency.</summary>
    /// <param name="milliseconds">Latencies of single runs; their median counts.</param>
    /// <exception cref="InputUnavailableException">It is not; another machine's may be.</exception>
    public void Require(IReadOnlyCollection<double> milliseconds)
    {
        double median = PairedLatencies.Median(milliseconds);
        if (_milliseconds > LargestShare * median)
        {
            throw new InputUnavailableException(string.Create(CultureInfo.InvariantCulture,
                $"this machine's clock moves in steps of {_milliseconds:0.###} ms, " +
                $"expected at most {100 * LargestShare:0} % of a run ({median:0.###} ms here)") +
                " to measure its speed; on Linux /sys/devices/system/clocksource/clocksource0 says which clock it is and which others there are");
        }
    }
}
