namespace PruneSearch.Connections.Configuration;

/// <summary>
/// Files and folders that nobody but their owner can use. On Windows they have what their folder grants: a user's profile is the user's.
/// </summary>
public static class OwnerOnly
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes a folder (mode 0700) if it is not there; one that is there stays as it is.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Owner);
        }
    }

    /// <summary>Whether nobody but the owner may do anything with a file; also of one that is not there.</summary>
    public static bool Is(string path) => (ModeOf(path) & ~Owner) == 0;

    /// <summary>What to say of a folder in which others can replace files; <see langword="null"/> when they cannot.</summary>
    public static string? ComplaintAboutFolder(string path) => (ModeOf(path) & OthersWrite) == 0 ? null
        : $"{path}: other users can write there (mode {Octal(path)}) and so forge results; take that from them: chmod go-w '{path}'";

    /// <summary>What to say of a file with a secret that others can use; <see langword="null"/> when they cannot.</summary>
    /// <param name="secret">What the secret is.</param>
    public static string? ComplaintAboutFile(string path, string secret) => Is(path) ? null
        : $"{path}: has {secret}, and other users can read it (mode {Octal(path)}); take that from them: chmod 600 '{path}'";

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() || !Path.Exists(path) ? UnixFileMode.None : File.GetUnixFileMode(path) & (UnixFileMode)0x1FF;

    private static string Octal(string path) => Convert.ToString((int)ModeOf(path), 8).PadLeft(4, '0');
}
