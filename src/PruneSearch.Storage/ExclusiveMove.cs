using System.Runtime.InteropServices;

namespace PruneSearch.Storage;

/// <summary>
/// Gives a file its name in one step that only one of several writers can take. <see cref="File.Move(string, string)"/> does
/// so on Windows alone: elsewhere it looks whether the name is free and then renames, and two writers may both find it free.
/// </summary>
internal static partial class ExclusiveMove
{
    private const int AlreadyExists = 17; // EEXIST, on Linux and macOS alike

    /// <summary>Moves a file to a name on the same file system that nothing has.</summary>
    /// <param name="from">The file. It may keep its old name besides; deleting that is the caller's.</param>
    /// <param name="to">Its new name.</param>
    /// <returns>False if there was a file of that name already; it is left as it is.</returns>
    /// <exception cref="IOException">The file cannot be moved, or the file system has no hard links.</exception>
    public static bool Try(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            return TryRename(from, to);
        }
        if (Link(from, to) == 0)
        {
            return true;
        }
        int error = Marshal.GetLastPInvokeError();
        // Not asked is whether the file is still there: it was, and another process may delete it at any time.
        return error == AlreadyExists && !Directory.Exists(to) ? false
            : throw new IOException($"{to} cannot be written as a hard link to {from}: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    private static bool TryRename(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string from, string to);
}
