using Microsoft.Extensions.Hosting;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// A host that lives as long as whoever started it says. By default it would listen to signals itself, end before its program heard of them, and leave
/// that with a start that was cancelled by nobody.
/// </summary>
internal sealed class OwnersLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
