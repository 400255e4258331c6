namespace PruneSearch.Stages;

/// <summary>How a slot runs its stages; nothing here changes their results.</summary>
public sealed record StageRunnerOptions
{
    /// <summary>
    /// Device of the slot: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>; <see langword="null"/>, the default, for the one that is called as the device class of
    /// a stage is.
    /// </summary>
    public string? Device { get; set; }

    /// <summary>Threads of the slot, 0 (all cores) to 1024. Slots with equal numbers give equal bytes; others may differ in the last digits.</summary>
    public int Threads { get; set; }

    /// <summary>The same with the 0 resolved.</summary>
    internal int ResolvedThreads => Threads > 0 ? Threads : TorchThreads.OfAllCores;

    /// <summary>Time between snapshots within a stage; 1 s to 1 h, 30 s by default.</summary>
    public TimeSpan SnapshotInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a stage waits, with what it has computed, for a checkpoint store that cannot be read or written; 0 to 1 d, 10 min by default.
    /// </summary>
    public TimeSpan StoreRetryTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Folder for pictures that are fetched from the checkpoint store; processes may share it, and it may be deleted when none
    /// runs. By default <c>prunesearch</c> in the user's folder for local data, or in that of temporary files.
    /// </summary>
    public string PictureCache { get; set; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } local ? local : Path.GetTempPath(), "prunesearch");
}
