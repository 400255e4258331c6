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
        string[] names = [CheckpointNames.Snapshot("k", 9, 900), CheckpointNames.Snapshot("k", 10, 20), CheckpointNames.Snapshot("k", 10, 100)];

        Assert.Equal(names, names.Order(StringComparer.Ordinal));
        Assert.All(names, n => Assert.StartsWith(CheckpointNames.Snapshots("k"), n, StringComparison.Ordinal));
    }
}
