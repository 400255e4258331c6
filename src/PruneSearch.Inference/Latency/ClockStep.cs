using System.Globalization;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Latency;

/// <summary>
/// How fine a clock is. That of a virtual machine that was moved to another host may go in steps of milliseconds, or stand still, on some of its cores:
/// what is faster then takes no time at all.
/// </summary>
/// <param name="time">A clock that does not move by itself is taken to be fine.</param>
internal sealed class ClockStep(TimeProvider time)
{
    // Of the latency: as fine as the interval at which measuring ends.
    private const double LargestShare = 0.02;

    private const int Steps = 5, MostReads = 1_000_000;

    private double _milliseconds;
    private bool _moves = true;

    /// <summary>Checks that it is fine enough for a latency, on the core where it was measured.</summary>
    /// <param name="milliseconds">Latencies of single runs; their median counts.</param>
    /// <exception cref="InputUnavailableException">It is not; another machine's may be.</exception>
    public void Require(IReadOnlyCollection<double> milliseconds)
    {
        _milliseconds = Math.Max(_milliseconds, _moves ? Step() : 0);
        double median = PairedLatencies.Median(milliseconds);
        int none = milliseconds.Count(m => m <= 0);
        if (none > 0)
        {
            Refuse($"{none} of {milliseconds.Count} runs took no time by this machine's clock");
        }
        if (_milliseconds > LargestShare * median)
        {
            Refuse($"this machine's clock moves in steps of {_milliseconds:0.###} ms, expected at most {100 * LargestShare:0} % of a run ({median:0.###} ms)");
        }
    }

    private static void Refuse(FormattableString what) => throw new InputUnavailableException(
        $"{what.ToString(CultureInfo.InvariantCulture)}: it cannot measure speed; on Linux /sys/devices/system/clocksource/clocksource0 says which clock " +
        "it is and which others there are");

    // Reads it until it has moved a few times: for a microsecond where it is as it should be.
    private double Step()
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
        _moves = double.IsFinite(least);
        return _moves ? least : 0;
    }
}
