using System.Runtime.InteropServices;

namespace PruneSearch.Inference.Latency;

/// <summary>The name of this machine's processor.</summary>
public static class ProcessorName
{
    /// <summary>As the system tells it, for example "Intel(R) Xeon(R) Processor @ 2.50GHz"; otherwise architecture and number of processors.</summary>
    public static string Current { get; } = Find();

    /// <summary>The first "model name" of Linux's <c>/proc/cpuinfo</c>; <see langword="null"/> where it has none (many ARM systems).</summary>
    public static string? FromCpuInfo(IEnumerable<string> lines) => lines
        .Where(l => l.StartsWith("model name", StringComparison.Ordinal) && l.Contains(':', StringComparison.Ordinal))
        .Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault(n => n.Length > 0);

    private static string Find()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? name = File.Exists(cpuInfo) ? FromCpuInfo(File.ReadLines(cpuInfo)) : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return name ?? $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors";
    }
}
