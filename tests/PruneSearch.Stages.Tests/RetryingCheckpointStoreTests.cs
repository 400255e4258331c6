using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Core.Storage;
using PruneSearch.Storage;

namespace PruneSearch.Stages.Tests;

/// <summary>A store that is away for a while costs a stage time and nothing else.</summary>
public sealed class RetryingCheckpointStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly List<string?> _told = [];
    private readonly BrokenStore _broken;
    private readonly RetryingCheckpointStore _store;

    public RetryingCheckpointStoreTests()
    {
        _broken = new BrokenStore(new FolderCheckpointStore(_folder.FullName));
        _store = new RetryingCheckpointStore(_broken, _time, TimeSpan.FromMinutes(10), _told.Add, _cancellation.Token);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _cancellation.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_cannot_be_written_is_written_when_the_disk_has_room_again()
    {
        _broken.Failures = 8;
        var writing = WriteAsync();
        await PassAsync(writing);

        Assert.True(await writing);
        Assert.Equal(9, _broken.Calls);
        Assert.Equal(8, _told.Count(t => t is not null));
        Assert.Equal("waits for the checkpoint store, next try in 1 s: No space left on device", _told[0]);
        Assert.Contains("next try in 30 s", _told[7], StringComparison.Ordinal);
        Assert.Null(_told[^1]);
        using var reader = new StreamReader(await _store.OpenReadAsync("a/b", Cancellation));
        Assert.Equal("text", await reader.ReadToEndAsync(Cancellation));
        Assert.Equal(["a/b"], await _store.ListAsync("a/", Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task After_ten_minutes_the_stage_hears_of_it()
    {
        _broken.Failures = int.MaxValue;
        var start = _time.GetUtcNow();
        var writing = WriteAsync();
        await PassAsync(writing);

        var e = await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal("No space left on device", e.Message);
        Assert.InRange((_time.GetUtcNow() - start).TotalMinutes, 10, 11);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_does_not_exist_is_not_waited_for()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => _store.OpenReadAsync("nothing", Cancellation));
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_stage_that_is_stopped_waits_no_longer()
    {
        _broken.Failures = int.MaxValue;
        var clock = Stopwatch.StartNew();
        var writing = WriteAsync();
        await _cancellation.CancelAsync();

        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Equal(2, _broken.Calls); // the last one for a snapshot that may still be written
    }

    private Task<bool> WriteAsync() =>
        _store.PutAsync("a/b", async (stream, stop) => await stream.WriteAsync("text"u8.ToArray(), stop), cancellation: Cancellation);

    private async Task PassAsync(Task call)
    {
        while (!call.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Cancellation);
        }
    }

    private sealed class BrokenStore(ICheckpointStore store) : ICheckpointStore
    {
        public int Failures { get; set; }

        public int Calls { get; private set; }

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => store.OpenReadAsync(name, cancellation);

        public Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default) =>
            ++Calls <= Failures ? throw new IOException("No space left on device") : store.PutAsync(name, write, condition, cancellation);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

        public Task DeleteAsync(string name, CancellationToken cancellation = default) => store.DeleteAsync(name, cancellation);
    }
}
