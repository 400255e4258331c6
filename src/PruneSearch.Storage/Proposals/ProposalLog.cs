using PruneSearch.Core.Growth;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Logs;

namespace PruneSearch.Storage.Proposals;

/// <summary>
/// What a search proposed, in order, each entry written before anything of it starts. Whoever appends must know all entries before: of two
/// owners of a search only one appends, and the other one takes over what that one proposed. So none is lost and none doubled.
/// </summary>
public sealed class ProposalLog
{
    private readonly SegmentedLog<ProposalBatch> _log;
    private readonly string _prefix;
    private readonly List<ProposalBatch> _written = [];
    private int _proposals;

    private ProposalLog(ICheckpointStore store, string searchId)
    {
        _prefix = CheckpointNames.Proposals(searchId);
        _log = new(store, _prefix, "entry of a log of proposals");
    }

    /// <summary>The entries in order.</summary>
    public IReadOnlyList<ProposalBatch> Written => _written;

    /// <summary>Reads a log; a search that has none yet gets an empty one.</summary>
    /// <exception cref="FormatException">An entry is damaged or missing.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public static async Task<ProposalLog> OpenAsync(ICheckpointStore store, string searchId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var log = new ProposalLog(store, searchId);
        await log.CatchUpAsync(cancellation).ConfigureAwait(false);
        return log;
    }

    /// <summary>Appends the next entry. It lasts when this returns.</summary>
    /// <returns>
    /// <see langword="false"/> when somebody else appended meanwhile; then <see cref="CatchUpAsync"/> tells what, and this entry is not to be used.
    /// </returns>
    /// <exception cref="IOException">The store cannot be written; whether the entry stands there, <see cref="CatchUpAsync"/> tells.</exception>
    public async Task<bool> TryAppendAsync(ProposalBatch batch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!await _log.TryAppendAsync([batch], cancellation).ConfigureAwait(false))
        {
            return false;
        }
        Take(batch);
        return true;
    }

    /// <summary>Merges small objects of the store; nothing is lost when that fails.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public Task MergeAsync(CancellationToken cancellation = default) => _log.MergeAsync(cancellation);

    /// <summary>Reads what others appended.</summary>
    /// <returns>The new entries.</returns>
    /// <exception cref="FormatException">An entry is damaged or missing.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<ProposalBatch>> CatchUpAsync(CancellationToken cancellation = default)
    {
        int before = _written.Count;
        foreach (var batch in await _log.CatchUpAsync(cancellation).ConfigureAwait(false))
        {
            // One that stands there twice was being merged when its owner died.
            if (batch.First > _proposals || batch.First < 0)
            {
                throw new FormatException($"{_prefix}: proposals {_proposals} to {batch.First - 1} are missing");
            }
            if (batch.First == _proposals)
            {
                Take(batch);
            }
        }
        return _written[before..];
    }

    private void Take(ProposalBatch batch)
    {
        _written.Add(batch);
        _proposals += batch.Proposals.Count;
    }
}
