using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage;

/// <summary>Registers checkpoint stores.</summary>
public static class CheckpointRegistration
{
    /// <summary>Checkpoints in a folder that every worker sees.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="root">The folder; made when the store is first used.</param>
    public static IServiceCollection AddFolderCheckpoints(this IServiceCollection services, string root) =>
        services.AddSingleton<ICheckpointStore>(s => new FolderCheckpointStore(root, s.GetService<TimeProvider>()));
}
