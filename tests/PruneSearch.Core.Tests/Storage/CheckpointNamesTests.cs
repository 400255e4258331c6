using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Core.Tests.Storage;

public sealed class CheckpointNamesTests
{
    [Fact]
    public void Pictures_stand_in_folders_by_the_beginning_of_their_hash()
    {
        Assert.Equal("pictures/ab/abcdef", CheckpointNames.Picture("abcdef"));
        Assert.Equal("pictures/a/a", CheckpointNames.Picture("a"));
    }

    [Fact]
    public void Snapshots_of_a_stage_are_in_order_of_their_lease_and_step()
    {
        var key = StageKey.Of("k"u8);
        string[] names = [CheckpointNames.Snapshot(key, 9, 900), CheckpointNames.Snapshot(key, 10, 20), CheckpointNames.Snapshot(key, 10, 100)];

        Assert.Equal(names, names.Order(StringComparer.Ordinal));
        Assert.All(names, n => Assert.StartsWith(CheckpointNames.Snapshots(key), n, StringComparison.Ordinal));
    }
}
