using System.Globalization;
using TorchSharp;

namespace PruneSearch.Stages;

/// <summary>How many threads libtorch computes with. Each thread of the process has a number of its own, and sums depend on it.</summary>
internal static class TorchThreads
{
    /// <summary>One for each core of the process, or as many as <c>OMP_NUM_THREADS</c> says; of a list, as OpenMP has it, the first.</summary>
    public static int OfAllCores { get; } = Of(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"));

    /// <summary>The same, for a value of the variable.</summary>
    internal static int Of(string? variable) =>
        int.TryParse(variable?.Split(',')[0], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int wanted)
            && wanted > 0 ? wanted : Environment.ProcessorCount;

    /// <summary>Sets the number of the calling thread, whatever other threads set meanwhile.</summary>
    public static void Set(int threads)
    {
        // A thread that is new to libtorch takes over what any thread set last, at its first question or large tensor; from then on its number is its own.
        _ = torch.get_num_threads();
        torch.set_num_threads(threads);
    }
}
