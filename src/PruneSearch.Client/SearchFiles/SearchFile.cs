using PruneSearch.Core.Searches;

namespace PruneSearch.Client.SearchFiles;

/// <summary>A search file that was read and found valid.</summary>
/// <param name="Path">The file, as the user named it.</param>
/// <param name="Settings">What it says.</param>
public sealed record SearchFile(string Path, string Text, SearchSettings Settings);
