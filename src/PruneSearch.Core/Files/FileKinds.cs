using System.Runtime.InteropServices;

namespace PruneSearch.Core.Files;

/// <summary>Tells what stands at a path without opening it.</summary>
public static partial class FileKinds
{
    private const int CurrentFolder = -100, TypeWanted = 1, StatxBytes = 256, StatBytes = 144; // AT_FDCWD, STATX_TYPE
    private const int StatxMode = 28, StatMode = 4; // places of the 16-bit mode in the answers of statx(2) and of macOS' stat(2)
    private const int TypeMask = 0xF000, RegularType = 0x8000, FolderType = 0x4000;

    /// <summary>The kind of what stands there.</summary>
    /// <param name="path">A path; links are followed.</param>
    public static FileKind Of(string path)
    {
        if (Directory.Exists(path))
        {
            return FileKind.Folder;
        }
        if (!File.Exists(path))
        {
            return FileKind.Missing;
        }
        Span<byte> answer = stackalloc byte[StatxBytes];
        int mode = OperatingSystem.IsLinux() ? Statx(CurrentFolder, path, 0, TypeWanted, answer) == 0 ? MemoryMarshal.Read<ushort>(answer[StatxMode..]) : 0
            : OperatingSystem.IsMacOS() ? Stat(path, answer[..StatBytes]) == 0 ? MemoryMarshal.Read<ushort>(answer[StatMode..]) : 0
            : RegularType; // Windows has no such files among others
        return (mode & TypeMask) switch
        {
            0 => FileKind.Missing, // a link to nothing counts as a file in .NET
            RegularType => FileKind.Regular,
            FolderType => FileKind.Folder,
            _ => FileKind.Special,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint wanted, Span<byte> answer);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(string path, Span<byte> answer);
}
