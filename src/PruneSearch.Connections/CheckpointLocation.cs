using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;
using PruneSearch.Storage.Azure;

namespace PruneSearch.Connections;

/// <summary>Opens the checkpoint store that a setting names.</summary>
public static class CheckpointLocation
{
    /// <summary>What a setting may be, for messages.</summary>
    public const string Expected =
        "a folder that all workers see, https://ACCOUNT.blob.core.windows.net (also with /CONTAINER?SIGNATURE), or the connection string of a storage account";

    private static readonly string[] ConnectionStrings = ["AccountName=", "BlobEndpoint=", "UseDevelopmentStorage="];

    /// <summary>Opens it; nothing is sent before the store is used.</summary>
    /// <param name="location">A folder, the address of a blob service, or the connection string of a storage account.</param>
    /// <param name="container">The blob container; of no use for a folder.</param>
    /// <exception cref="ArgumentException">It is none of them; the message has no secret in it.</exception>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    public static ICheckpointStore Open(string location, string container, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(location);
        if (Uri.TryCreate(location, UriKind.Absolute, out var address) && address!.Scheme is "http" or "https")
        {
            return Blobs(new AzureBlobOptions { AccountUri = address, Container = container });
        }
        if (ConnectionStrings.Any(k => location.Contains(k, StringComparison.OrdinalIgnoreCase)))
        {
            return Blobs(new AzureBlobOptions { ConnectionString = location, Container = container });
        }
        return location.Contains("://", StringComparison.Ordinal) || Secret.In(location) is not null
            ? throw new ArgumentException($"it is none of those, expected {Expected}") // a folder of that name would show the secret
            : new FolderCheckpointStore(location, time);
    }

    private static AzureBlobCheckpointStore Blobs(AzureBlobOptions options)
    {
        options.Validate();
        return new AzureBlobCheckpointStore(options);
    }
}
