namespace PruneSearch.Core.Files;

/// <summary>What stands at a path, links followed.</summary>
public enum FileKind
{
    /// <summary>Nothing, or a link to nothing.</summary>
    Missing,

    /// <summary>A file with content of a known length.</summary>
    Regular,

    /// <summary>A folder, or a link to one.</summary>
    Folder,

    /// <summary>A named pipe, a device or a socket: opening or reading it may never end.</summary>
    Special,
}
