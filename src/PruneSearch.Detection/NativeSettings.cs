using System.Collections;
using System.Runtime.InteropServices;

namespace PruneSearch.Detection;

/// <summary>Settings of native libraries that these read once from environment variables, before any code of ours runs. What the user set stays.</summary>
public static partial class NativeSettings
{
    private const string Self = "/proc/self/exe", Arguments = "/proc/self/cmdline";

    /// <summary>
    /// glibc gives every freed block of a few megabytes back to the system, which hands it out again page by page, cleared: for the feature
    /// maps of a training step that takes about as long as the arithmetic.
    /// </summary>
    private static readonly NativeSetting[] KeepFreedMemory =
    [
        new("MALLOC_ARENA_MAX", "1"), // arenas of further threads consist of pieces too small for a feature map
        new("MALLOC_MMAP_MAX_", "0"),
        new("MALLOC_TRIM_THRESHOLD_", "1099511627776"),
        new("MALLOC_TOP_PAD_", "67108864"),
    ];

    /// <summary>
    /// GNU's OpenMP, with which torch shares an operation among threads: they wait for one another hundreds of times in a step, for less time than
    /// going to sleep and waking up takes; and where another process has the processor, spinning for milliseconds takes it from whoever could run.
    /// So they spin for some tenths of a millisecond, and then sleep.
    /// </summary>
    private static readonly NativeSetting[] SpinBriefly = [new("GOMP_SPINCOUNT", "30000")];

    /// <summary>
    /// Starts this program again, as the same process with the same arguments, with the settings that are missing. Does nothing on other systems
    /// than Linux, about memory where <c>MALLOC_ARENA_MAX</c> is set already, and about waiting where <c>GOMP_SPINCOUNT</c> or
    /// <c>OMP_WAIT_POLICY</c> is. To be called first in <c>Main</c>.
    /// </summary>
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        NativeSetting[] missing =
        [
            .. IsSet("MALLOC_ARENA_MAX") ? [] : KeepFreedMemory,
            .. IsSet("GOMP_SPINCOUNT") || IsSet("OMP_WAIT_POLICY") ? [] : SpinBriefly,
        ];
        if (missing.Length == 0)
        {
            return;
        }
        string[] arguments = File.ReadAllText(Arguments).Split('\0')[..^1]; // each ends with a zero, the last one too
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(e => missing.All(m => m.Name != (string)e.Key)).Select(e => $"{e.Key}={e.Value}");
        // Returns only if it fails; then training is slower, and nothing else.
        _ = Execute(File.ResolveLinkTarget(Self, returnFinalTarget: true)?.FullName ?? Self, [.. arguments, null],
            [.. variables, .. missing.Select(m => $"{m.Name}={m.Value}"), null]);
    }

    private static bool IsSet(string name) => Environment.GetEnvironmentVariable(name) is not null;

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);

    private readonly record struct NativeSetting(string Name, string Value);
}
