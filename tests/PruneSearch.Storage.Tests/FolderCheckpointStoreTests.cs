using Microsoft.Extensions.Time.Testing;
using PruneSearch.Core.Storage;

namespace PruneSearch.Storage.Tests;

public sealed class FolderCheckpointStoreTests : CheckpointStoreConformance, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");
    private readonly FolderCheckpointStore _store;

    public FolderCheckpointStoreTests()
    {
        _store = new FolderCheckpointStore(Path.Combine(_folder.FullName, "store"));
    }

    protected override ICheckpointStore Store => _store;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Nothing_temporary_stays()
    {
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await PutAsync("a", "x", PutCondition.IfAbsent);
        await PutAsync("a", "y");
        Assert.Equal(["a"], Directory.EnumerateFiles(Path.Combine(_folder.FullName, "store"), "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_when_it_is_old()
    {
        string root = Path.Combine(_folder.FullName, "store");
        string left = Path.Combine(root, ".tmp", "left");
        File.WriteAllText(left, "x");
        _ = new FolderCheckpointStore(root);
        Assert.True(File.Exists(left));
        _ = new FolderCheckpointStore(root, new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2)));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_no_folder_without_the_object()
    {
        Assert.False(await Store.ExistsAsync("a/b", TestContext.Current.CancellationToken));
        Directory.Delete(Path.Combine(_folder.FullName, "store"), recursive: true);
        var e = await Assert.ThrowsAsync<IOException>(() => Store.ExistsAsync("a/b", TestContext.Current.CancellationToken));
        Assert.Contains("store cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        string file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "x");
        var e = Assert.Throws<IOException>(() => new FolderCheckpointStore(Path.Combine(file, "store")));
        Assert.Contains("is not writable", e.Message, StringComparison.Ordinal);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_other_names_go_on_from_cannot_be_written()
    {
        string taken = Path.Combine(_folder.FullName, "store", "a");
        Directory.CreateDirectory(Path.Combine(taken, "b"));
        var e = await Assert.ThrowsAsync<IOException>(() => PutAsync("a", "x", PutCondition.IfAbsent));
        Assert.Contains(taken, e.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(taken));
    }

    [Fact]
    public async Task Readers_see_all_of_an_object_while_it_is_replaced()
    {
        await PutAsync("a", "old");
        await using var stream = await Store.OpenReadAsync("a", TestContext.Current.CancellationToken);
        await PutAsync("a", "new");
        using var reader = new StreamReader(stream);
        Assert.Equal("old", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("new", await ReadAsync("a"));
    }
}
