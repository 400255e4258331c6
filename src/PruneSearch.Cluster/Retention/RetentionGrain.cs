using PruneSearch.Cluster.Placement;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Retention;

/// <summary>Remembers when somebody deleted last. After a restart somebody does so again, which is harmless.</summary>
[PreferControl]
internal sealed class RetentionGrain(TimeProvider time) : Grain, IRetentionGrain
{
    private long? _last;

    public Task<bool> TakeTurnAsync(TimeSpan pause)
    {
        bool takes = _last is not { } last || time.GetElapsedTime(last) >= pause;
        if (takes)
        {
            _last = time.GetTimestamp();
        }
        return Task.FromResult(takes);
    }
}
