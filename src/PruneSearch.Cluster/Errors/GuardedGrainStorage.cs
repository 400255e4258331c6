using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using PruneSearch.Cluster.Progress;

namespace PruneSearch.Cluster.Errors;

/// <summary>
/// Grain state whose database errors are ours. A grain that cannot read its state never becomes active, so no filter of calls
/// would see them: they would cross the wire as they are.
/// </summary>
internal sealed class GuardedGrainStorage(IGrainStorage inner, ILogger<GuardedGrainStorage> logger) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        GuardAsync("read", grainId, inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        GuardAsync("written", grainId, typeof(T) != typeof(SearchRecord) ? inner.WriteStateAsync(stateName, grainId, grainState)
            : Task.Run(() => inner.WriteStateAsync(stateName, grainId, grainState))); // a plan is large, and its coordinator answers meanwhile

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        GuardAsync("cleared", grainId, inner.ClearStateAsync(stateName, grainId, grainState));

    private async Task GuardAsync(string what, GrainId grain, Task work)
    {
        try
        {
            await work;
        }
        catch (Exception e) when (e is DbException or SocketException or TimeoutException or IOException)
        {
            throw SiloErrors.Translate(e, $"The cluster's database cannot be used, {grain} was not {what}", isPassing: true, logger);
        }
    }
}
