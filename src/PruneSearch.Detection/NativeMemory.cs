using System.Runtime.InteropServices;

namespace PruneSearch.Detection;

/// <summary>Memory of native code, which <see cref="NativeSettings"/> lets the process keep between training steps.</summary>
public static partial class NativeMemory
{
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
}
