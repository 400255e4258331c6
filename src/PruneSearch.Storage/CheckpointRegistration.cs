using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Azure;

namespace PruneSearch.Storage;

/// <summary>Registers checkpoint stores.</summary>
public static class CheckpointRegistration
{
    /// <summary>Checkpoints in a folder that every worker sees.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="root">The folder; made when the store is first used.</param>
    public static IServiceCollection AddFolderCheckpoints(this IServiceCollection services, string root) =>
        services.AddSingleton<ICheckpointStore>(s => new FolderCheckpointStore(root, s.GetService<TimeProvider>()));

    /// <summary>Checkpoints in Azure Blob Storage.</summary>
    /// <param name="services">Where to register.</param>
    /// <param name="options">Which account and container.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public static IServiceCollection AddAzureBlobCheckpoints(this IServiceCollection services, AzureBlobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return services.AddSingleton<ICheckpointStore>(_ => new AzureBlobCheckpointStore(options));
    }
}
