using System.Globalization;

namespace PruneSearch.Stages;

/// <summary>Physical memory of this process. Linux keeps its highest mark; elsewhere it is what is in use at the moment of asking.</summary>
internal static class ResidentMemory
{
    private const string Status = "/proc/self/status", ClearMarks = "/proc/self/clear_refs", PeakField = "VmHWM:";

    /// <summary>Starts the highest mark anew.</summary>
    public static void ResetPeak()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            File.WriteAllText(ClearMarks, "5"); // proc(5): resets the peak resident set size
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox may forbid it: the mark is then that of the whole process.
        }
    }

    public static long Peak()
    {
        string? line = OperatingSystem.IsLinux() ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(PeakField, StringComparison.Ordinal)) : null;
        return line is null ? Environment.WorkingSet : 1024 * long.Parse(line[PeakField.Length..].TrimEnd('B', 'k').Trim(), CultureInfo.InvariantCulture);
    }
}
