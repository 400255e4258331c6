using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace PruneSearch.Stages;

/// <summary>Registers what runs stages.</summary>
public static class StageServices
{
    /// <summary>Adds the stage runner; an <see cref="ICheckpointStore"/> must be registered too.</summary>
    public static IServiceCollection AddStageRunner(this IServiceCollection services, Action<StageRunnerOptions>? configure = null)
    {
        services.AddOptions<StageRunnerOptions>().Configure(o => configure?.Invoke(o))
            .Validate(o => o.SnapshotInterval >= TimeSpan.FromSeconds(1) && o.SnapshotInterval <= TimeSpan.FromHours(1),
                "SnapshotInterval must be from 1 s to 1 h")
            .Validate(o => o.StoreRetryTime >= TimeSpan.Zero && o.StoreRetryTime <= TimeSpan.FromDays(1), "StoreRetryTime must be from 0 s to 1 d");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IStageRunner>(provider => new StageRunner(
            provider.GetRequiredService<ICheckpointStore>(), provider.GetRequiredService<IOptions<StageRunnerOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
