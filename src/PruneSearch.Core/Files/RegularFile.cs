namespace PruneSearch.Core.Files;

/// <summary>
/// Opens files that users name. Pipes, devices and sockets are refused before they are opened: a reader of one could wait for
/// ever. Messages are one line that begins with the path.
/// </summary>
public static class RegularFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is a folder or no regular file, or it cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        Require(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>All bytes of a file.</summary>
    /// <param name="maxBytes">Largest file that is read.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is a folder, no regular file or too large, or it cannot be read.</exception>
    public static byte[] ReadAllBytes(string path, long maxBytes)
    {
        using var stream = OpenRead(path);
        if (stream.Length > maxBytes)
        {
            throw new IOException($"{path}: {stream.Length} bytes, expected at most {maxBytes}");
        }
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    /// <summary>Checks that a regular file is there.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It is a folder or no regular file.</exception>
    public static void Require(string path)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Missing:
                throw new FileNotFoundException($"{path}: does not exist, expected a file", path);
            case FileKind.Folder:
                throw new IOException($"{path}: is a folder, expected a file");
            case FileKind.Special:
                throw new IOException($"{path}: is a pipe, a device or a socket, expected a regular file");
            default:
                break;
        }
    }
}
