using PruneSearch.Storage.Azure;
using PruneSearch.Tests;

namespace PruneSearch.Storage.Tests.Azure;

/// <summary>Containers on Azurite.</summary>
internal static class Blobs
{
    /// <summary>A container of its own, with blocks small enough that a mebibyte has several, and few retries.</summary>
    public static AzureBlobOptions Options() => new()
    {
        ConnectionString = Services.Azurite,
        Container = "test-" + Guid.NewGuid().ToString("N"),
        BlockBytes = 128 << 10,
        Retries = 4,
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(200),
    };
}
