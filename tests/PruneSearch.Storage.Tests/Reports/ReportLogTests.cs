using System.Text;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Azure;
using PruneSearch.Storage.Reports;
using PruneSearch.Storage.Tests.Azure;
using PruneSearch.Tests;

namespace PruneSearch.Storage.Tests.Reports;

public sealed class ReportLogTests : IDisposable
{
    private const string Search = "s-1";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("log");
    private readonly CountingStore _store;

    public ReportLogTests() => _store = new CountingStore(new FolderCheckpointStore(_folder.FullName));

    public void Dispose() => _folder.Delete(recursive: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reports_come_back_in_order_and_batches_are_one_write()
    {
        var log = await ReportLog.OpenAsync(_store, Search, Cancellation);
        Assert.All(Enumerable.Range(0, 500), i => Assert.True(log.Add(Report(i))));
        Assert.False(log.Add(Report(17)));
        Assert.Equal((500, 0), (log.Pending, log.Written.Count));
        await log.FlushAsync(Cancellation);
        await log.FlushAsync(Cancellation);

        Assert.Equal(1, _store.Writes);
        Assert.Equal((0, 500), (log.Pending, log.Written.Count));
        var again = await ReportLog.OpenAsync(_store, Search, Cancellation);
        Assert.Equal(Keys(500), again.Written.Select(r => r.Key));
        Assert.Equal(.125, again.Written[3].Map50); // 1 / (3 + 5)
        Assert.Empty((await ReportLog.OpenAsync(_store, "s-10", Cancellation)).Written);
    }

    [Fact]
    public async Task Many_flushes_become_few_objects_and_cost_stays_in_proportion()
    {
        const int Flushes = (ReportLog.MergeEvery * ReportLog.MergeEvery) + (ReportLog.MergeEvery * 3) + 5;
        var log = await ReportLog.OpenAsync(_store, Search, Cancellation);
        for (int i = 0; i < Flushes; i++)
        {
            log.Add(Report(i));
            await log.FlushAsync(Cancellation);
        }

        Assert.Equal(1 + 3 + 5, (await _store.ListAsync(CheckpointNames.Reports(Search), Cancellation).ToListAsync(Cancellation)).Count);
        Assert.InRange(_store.WrittenLines, Flushes, Flushes * 3);
        Assert.Equal(Keys(Flushes), log.Written.Select(r => r.Key));
        Assert.Equal(Keys(Flushes), (await ReportLog.OpenAsync(_store, Search, Cancellation)).Written.Select(r => r.Key));
    }

    [Fact]
    public async Task Two_owners_lose_nothing()
    {
        var old = await ReportLog.OpenAsync(_store, Search, Cancellation);
        var current = await ReportLog.OpenAsync(_store, Search, Cancellation);
        old.Add(Report(0));
        old.Add(Report(1));
        current.Add(Report(1));
        current.Add(Report(2));
        await current.FlushAsync(Cancellation);
        await old.FlushAsync(Cancellation);

        Assert.Equal([Key(1), Key(2), Key(0)], old.Written.Select(r => r.Key));
        current.Add(Report(3));
        await current.FlushAsync(Cancellation);
        Assert.Equal([Key(1), Key(2), Key(0), Key(3)], current.Written.Select(r => r.Key));
        Assert.Equal([Key(1), Key(2), Key(0), Key(3)], (await ReportLog.OpenAsync(_store, Search, Cancellation)).Written.Select(r => r.Key));
    }

    [Fact]
    public async Task A_crash_while_merging_doubles_nothing()
    {
        var log = await ReportLog.OpenAsync(_store, Search, Cancellation);
        for (int i = 0; i < ReportLog.MergeEvery; i++)
        {
            log.Add(Report(i));
            _store.FailDeletes = i == ReportLog.MergeEvery - 1;
            if (_store.FailDeletes)
            {
                await Assert.ThrowsAsync<IOException>(() => log.FlushAsync(Cancellation));
            }
            else
            {
                await log.FlushAsync(Cancellation);
            }
        }
        _store.FailDeletes = false;
        var again = await ReportLog.OpenAsync(_store, Search, Cancellation);
        Assert.Equal(Keys(ReportLog.MergeEvery), again.Written.Select(r => r.Key));
        again.Add(Report(ReportLog.MergeEvery));
        await again.FlushAsync(Cancellation);
        Assert.Equal(2, (await _store.ListAsync(CheckpointNames.Reports(Search), Cancellation).ToListAsync(Cancellation)).Count);
        Assert.Equal(Keys(ReportLog.MergeEvery + 1), (await ReportLog.OpenAsync(_store, Search, Cancellation)).Written.Select(r => r.Key));
    }

    [Fact]
    public async Task What_could_not_be_written_stays_pending()
    {
        var log = await ReportLog.OpenAsync(_store, Search, Cancellation);
        log.Add(Report(0));
        _store.FailWrites = true;
        await Assert.ThrowsAsync<IOException>(() => log.FlushAsync(Cancellation));
        Assert.Equal((1, 0), (log.Pending, log.Written.Count));
        _store.FailWrites = false;
        await log.FlushAsync(Cancellation);
        Assert.Equal((0, 1), (log.Pending, log.Written.Count));
    }

    [Fact]
    public async Task A_damaged_segment_is_named()
    {
        string name = CheckpointNames.Reports(Search) + "00000000-00000000.jsonl";
        await _store.PutAsync(name, (s, c) => s.WriteAsync(Encoding.UTF8.GetBytes("{}\n"), c).AsTask(), cancellation: Cancellation);
        Assert.Contains(
            $"{name}, line 1",
            (await Assert.ThrowsAsync<FormatException>(() => ReportLog.OpenAsync(_store, Search, Cancellation))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_works_on_blobs()
    {
        var store = new AzureBlobCheckpointStore(Blobs.Options());
        var log = await ReportLog.OpenAsync(store, Search, Cancellation);
        for (int i = 0; i < ReportLog.MergeEvery + 1; i++)
        {
            log.Add(Report(i));
            await log.FlushAsync(Cancellation);
        }
        Assert.Equal(Keys(ReportLog.MergeEvery + 1), (await ReportLog.OpenAsync(store, Search, Cancellation)).Written.Select(r => r.Key));
        Assert.Equal(2, (await store.ListAsync(CheckpointNames.Reports(Search), Cancellation).ToListAsync(Cancellation)).Count);
    }

    private static IEnumerable<StageKey> Keys(int count) => Enumerable.Range(0, count).Select(Key);

    private static StageKey Key(int i) => StageKey.Of(BitConverter.GetBytes(i));

    private static StageReport Report(int i) => MadeUp.Report(1.0 / (i + 5), key: Key(i)) with { ClassAp50 = new() { ["cat"] = double.NaN } };

    /// <summary>Counts what is written, and fails when told to.</summary>
    private sealed class CountingStore(ICheckpointStore store) : ICheckpointStore
    {
        public int Writes { get; private set; }

        public int WrittenLines { get; private set; }

        public bool FailWrites { get; set; }

        public bool FailDeletes { get; set; }

        public Task<bool> ExistsAsync(string name, CancellationToken cancellation = default) => store.ExistsAsync(name, cancellation);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellation = default) => store.OpenReadAsync(name, cancellation);

        public Task<bool> PutAsync(
            string name, Func<Stream, CancellationToken, Task> write, PutCondition condition = PutCondition.None, CancellationToken cancellation = default)
        {
            if (FailWrites)
            {
                throw new IOException("told to fail");
            }
            Writes++;
            return store.PutAsync(name, async (stream, stop) =>
            {
                using var buffer = new MemoryStream();
                await write(buffer, stop);
                WrittenLines += buffer.ToArray().Count(b => b == '\n');
                await stream.WriteAsync(buffer.ToArray(), stop);
            }, condition, cancellation);
        }

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation = default) => store.ListAsync(prefix, cancellation);

        public Task DeleteAsync(string name, CancellationToken cancellation = default) =>
            FailDeletes ? throw new IOException("told to fail") : store.DeleteAsync(name, cancellation);
    }
}
