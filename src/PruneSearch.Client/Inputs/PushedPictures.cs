namespace PruneSearch.Client.Inputs;

/// <summary>How far a push is.</summary>
/// <param name="Pictures">Pictures looked at.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Sent">Those that the store did not have yet.</param>
public sealed record PushedPictures(int Pictures, long Bytes, int Sent);
