namespace PruneSearch.Storage;

/// <summary>Checks names of objects.</summary>
internal static class CheckpointPath
{
    /// <summary>Refuses names that are no relative paths of plain segments.</summary>
    /// <exception cref="ArgumentException">The name could leave the store or collide with its own files.</exception>
    public static void RequireName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (string segment in name.Split('/'))
        {
            RequireSegment(segment, name);
        }
    }

    /// <summary>Refuses prefixes that no name could have. An empty prefix and one that ends in a slash are fine.</summary>
    /// <exception cref="ArgumentException">The prefix could leave the store.</exception>
    public static void RequirePrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        string[] segments = prefix.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            if (i < segments.Length - 1 || segments[i].Length > 0)
            {
                RequireSegment(segments[i], prefix);
            }
        }
    }

    private static void RequireSegment(string segment, string name)
    {
        bool plain = segment.Length > 0 && segment[0] != '.' && segment.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '=' or '+');
        if (!plain)
        {
            throw new ArgumentException($"'{name}' is no name of an object: expected segments of letters, digits and . - _ = + between slashes, none " +
                "beginning with a dot.", nameof(name));
        }
    }
}
