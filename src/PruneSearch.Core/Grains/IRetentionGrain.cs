using Orleans.Concurrency;

namespace PruneSearch.Core.Grains;

/// <summary>Says which silo deletes what no search needs any more, so that two do not do it at once; its key is always <c>all</c>.</summary>
[Alias("prunesearch.IRetentionGrain")]
public interface IRetentionGrain : IGrainWithStringKey
{
    /// <summary>Asks to be the silo that deletes now.</summary>
    /// <param name="pause">Time that must have passed since a silo was told to.</param>
    /// <returns>Whether the one that asks is to.</returns>
    [Alias("TakeTurn"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task<bool> TakeTurnAsync(TimeSpan pause);
}
