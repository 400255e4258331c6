namespace PruneSearch.Core.Storage;

/// <summary>What a checkpoint store knows of an object without reading it.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Written">When it was published.</param>
public sealed record StoredObject(string Name, long Bytes, DateTimeOffset Written);
