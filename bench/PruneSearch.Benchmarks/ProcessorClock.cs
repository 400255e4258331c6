using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PruneSearch.Benchmarks;

/// <summary>
/// Counts what the calling thread computes, on Linux: what others on a busy machine take from it does not count. For work of one thread.
/// </summary>
internal sealed partial class ProcessorClock : TimeProvider
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp()
    {
        int failed = ClockGetTime(ThreadProcessorTime, out var time);
        return failed == 0 ? time.Seconds * TimestampFrequency + time.Nanoseconds : throw new UnreachableException($"clock_gettime answered {failed}");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out Time time);

    private readonly record struct Time(long Seconds, long Nanoseconds);
}
