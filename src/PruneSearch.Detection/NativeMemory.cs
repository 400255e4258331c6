using System.Collections;
using System.Runtime.InteropServices;

namespace PruneSearch.Detection;

/// <summary>
/// Keeps native memory in the process between training steps. glibc gives every freed block of a few megabytes back to
/// the system, which hands it out again page by page, cleared: for the feature maps of a training step that takes about as
/// long as the arithmetic. Its settings are environment variables that it reads once, before any code of ours runs.
/// </summary>
public static partial class NativeMemory
{
    private const string Mark = "MALLOC_ARENA_MAX", Self = "/proc/self/exe", Arguments = "/proc/self/cmdline";

    private static readonly (string Name, string Value)[] Settings =
    [
        (Mark, "1"), // arenas of further threads consist of pieces too small for a feature map
        ("MALLOC_MMAP_MAX_", "0"),
        ("MALLOC_TRIM_THRESHOLD_", "1099511627776"),
        ("MALLOC_TOP_PAD_", "67108864"),
    ];

    /// <summary>
    /// Starts this program again, as the same process with the same arguments, with glibc set to keep freed memory. Does
    /// nothing on other systems, or where <c>MALLOC_ARENA_MAX</c> is set already. To be called first in <c>Main</c>.
    /// </summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Mark) is not null)
        {
            return;
        }
        string[] arguments = File.ReadAllText(Arguments).Split('\0')[..^1]; // each ends with a zero, the last one too
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => $"{e.Key}={e.Value}");
        // Returns only if it fails; then training is slower, and nothing else.
        _ = Execute(File.ResolveLinkTarget(Self, returnFinalTarget: true)?.FullName ?? Self, [.. arguments, null],
            [.. variables, .. Settings.Select(s => $"{s.Name}={s.Value}"), null]);
    }

    /// <summary>Gives what is kept back to the system, after a training. Does nothing where the C library is not glibc.</summary>
    public static void Release()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it was not told to keep anything.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nint keepAtTop);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
