using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Connections.Cleaning;

/// <summary>
/// Frees a checkpoint store of what no search needs any more. A stage is shared by all searches that have it: it goes when none of them needs
/// it. What an unfinished search has stays, and so does what is younger than asked. The reports of a search that is over stand in its
/// own log: it shows its results as before, only models that went cannot be exported any more, and a search that wants such a stage runs it again.
/// </summary>
/// <param name="session">The home or cluster. Its checkpoints must serve no other one.</param>
public sealed class StoreCleaning(ISearchSession session, TimeProvider time)
{
    private const int Batch = 32;

    /// <summary>Finds what can go. Nothing is deleted.</summary>
    /// <param name="olderThan">How long ago it must have been written, and for a stage all of it.</param>
    /// <param name="keep">What is kept of searches that are over.</param>
    /// <param name="only">Stages to look at, and nothing else; <see langword="null"/> for the whole store.</param>
    /// <exception cref="IOException">The store cannot be read, or a search cannot.</exception>
    public async Task<CleaningPlan> PlanAsync(TimeSpan olderThan, KeepRule keep, IReadOnlySet<StageKey>? only = null, CancellationToken cancellation = default)
    {
        var last = time.GetUtcNow() - olderThan;
        // The store first: what a search that is launched meanwhile writes is not seen, and what it shares is known afterwards.
        var objects = await ListAsync(only, cancellation).ConfigureAwait(false);
        var needed = new References();
        await needed.LookAsync(session, keep, cancellation).ConfigureAwait(false);
        var stages = new Dictionary<StageKey, IReadOnlyList<StoredObject>>();
        var others = new List<StoredObject>();
        foreach (var stage in objects.Where(o => Key(o.Name) is not null).GroupBy(o => Key(o.Name)!.Value))
        {
            if (!needed.Needs(stage.Key) && stage.All(o => o.Written <= last))
            {
                stages[stage.Key] = [.. stage];
            }
            else if (stage.Any(o => o.Name == CheckpointNames.Report(stage.Key)))
            {
                others.AddRange(stage.Where(o => o.Name.StartsWith(CheckpointNames.Snapshots(stage.Key), StringComparison.Ordinal) && o.Written <= last));
            }
        }
        others.AddRange(objects.Where(o => Key(o.Name) is null && o.Written <= last && IsFree(o.Name, needed)));
        var plan = new CleaningPlan(stages, others, 0, needed.Searches) { Over = needed.Over };
        return plan with { KeptBytes = objects.Sum(o => o.Bytes) - plan.Bytes };
    }

    /// <summary>Deletes what a plan says, but for what searches need that came meanwhile.</summary>
    /// <param name="plan">From <see cref="PlanAsync"/>.</param>
    /// <param name="cancellation">Stops between two stages; what is done is whole.</param>
    /// <returns>Bytes that are free now.</returns>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public async Task<long> DeleteAsync(CleaningPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        long free = 0;
        var store = session.Checkpoints;
        foreach (var batch in plan.Stages.Chunk(Batch))
        {
            var came = await CameAsync(plan, cancellation).ConfigureAwait(false);
            foreach (var (key, objects) in batch.Where(s => !came.Needs(s.Key)))
            {
                cancellation.ThrowIfCancellationRequested();
                // The report first: from then on the stage is not complete, and whoever wants it runs it again.
                await store.DeleteAsync(CheckpointNames.Report(key), CancellationToken.None).ConfigureAwait(false);
                await session.ForgetStageAsync(key).ConfigureAwait(false);
                free += await DeleteAsync(objects).ConfigureAwait(false);
            }
        }
        var late = await CameAsync(plan, cancellation).ConfigureAwait(false);
        return free + await DeleteAsync(plan.Others.Where(o => IsFree(o.Name, late))).ConfigureAwait(false);

        async Task<long> DeleteAsync(IEnumerable<StoredObject> objects)
        {
            long bytes = 0;
            foreach (var o in objects)
            {
                await store.DeleteAsync(o.Name, CancellationToken.None).ConfigureAwait(false);
                bytes += o.Bytes;
            }
            return bytes;
        }
    }

    /// <summary>Size of each search's stages, in bytes; what searches share counts for each of them.</summary>
    public async Task<IReadOnlyDictionary<string, long>> SizesAsync(CancellationToken cancellation = default)
    {
        var sizes = (await ListAsync(null, cancellation).ConfigureAwait(false)).Where(o => Key(o.Name) is not null)
            .GroupBy(o => Key(o.Name)!.Value).ToDictionary(s => s.Key, s => s.Sum(o => o.Bytes));
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var search in await session.ListAsync().ConfigureAwait(false))
        {
            var plan = await session.PlanAsync(search.Id).ConfigureAwait(false);
            found[search.Id] = plan.Trajectories.SelectMany(t => t.Keys).Distinct().Sum(k => sizes.GetValueOrDefault(k));
        }
        return found;
    }

    // Searches that came since the plan was made, or were taken up again, need all that they have.
    private async Task<References> CameAsync(CleaningPlan plan, CancellationToken cancellation)
    {
        var came = new References(plan);
        await came.LookAsync(session, KeepRule.All, cancellation).ConfigureAwait(false);
        return came;
    }

    private async Task<List<StoredObject>> ListAsync(IReadOnlySet<StageKey>? only, CancellationToken cancellation)
    {
        var found = new List<StoredObject>();
        string[] prefixes = only is null ? ["stages/", "prunings/", CheckpointNames.Pictures, "datasets/", "inputs/"] : [.. only.Select(CheckpointNames.Stage)];
        foreach (string prefix in prefixes)
        {
            await foreach (var o in session.Checkpoints.ListObjectsAsync(prefix, cancellation).ConfigureAwait(false))
            {
                found.Add(o);
            }
        }
        return found;
    }

    private static bool IsFree(string name, References needed) => name.Split('/') is [var kind, .., var file] && kind switch
    {
        "stages" => true, // a snapshot of a stage that is complete
        "prunings" => StageKey.TryParse(Stem(file), out var pruning) && !needed.NeedsPruning(pruning),
        _ => !needed.Names(Stem(file)),
    };

    private static StageKey? Key(string name) =>
        name.Split('/') is ["stages", var key, ..] && StageKey.TryParse(key, out var parsed) ? parsed : null;

    private static string Stem(string file) => file.Split('.')[0];
}
