using Orleans.Concurrency;

namespace PruneSearch.Core.Grains;

/// <summary>Says which silo deletes what no search needs any more, so that two do not do it at once; its key is always <c>all</c>.</summary>
[Alias("prunesearch.IRetentionGrain")]
public interface IRetentionGrain : IGrainWithStringKey
{
    /// <summary>A silo wants to.</summary>
    /// <param name="pause">Since when nobody must have.</param>
    /// <returns>Whether it shall.</returns>
    [Alias("TakeTurn"), AllowedTo(Callers.Silos), AlwaysInterleave]
    Task<bool> TakeTurnAsync(TimeSpan pause);
}
