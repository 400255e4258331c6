using System.Diagnostics;
using System.Globalization;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Azure;
using PruneSearch.Tests;

namespace PruneSearch.Storage.Tests.Azure;

public sealed class AzureBlobCheckpointStoreTests : CheckpointStoreConformance
{
    // Made within a test, which may be skipped, and once: writers of a race share it.
    private readonly Lazy<AzureBlobCheckpointStore> _store = new(() => new AzureBlobCheckpointStore(Blobs.Options()));

    protected override ICheckpointStore Store => _store.Value;

    [Fact]
    public async Task Clusters_share_a_container_under_prefixes()
    {
        var options = Blobs.Options();
        var a = new AzureBlobCheckpointStore(options with { Prefix = "clusters/a/" });
        var b = new AzureBlobCheckpointStore(options with { Prefix = "clusters/b/" });
        await a.PutAsync("x", (s, c) => Content.WriteAsync(s, 1, 8, c), cancellation: TestContext.Current.CancellationToken);

        Assert.False(await b.ExistsAsync("x", TestContext.Current.CancellationToken));
        Assert.Equal(["x"], await a.ListAsync("", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["clusters/a/x"], await new AzureBlobCheckpointStore(options).ListAsync("", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reader_of_a_replaced_blob_is_told()
    {
        await Store.PutAsync("a", (s, c) => Content.WriteAsync(s, 1, 1 << 20, c), cancellation: TestContext.Current.CancellationToken);
        await using var stream = await Store.OpenReadAsync("a", TestContext.Current.CancellationToken);
        byte[] part = new byte[1000];
        await stream.ReadExactlyAsync(part, TestContext.Current.CancellationToken);
        await Store.PutAsync("a", (s, c) => Content.WriteAsync(s, 2, 1 << 20, c), cancellation: TestContext.Current.CancellationToken);

        var e = await Assert.ThrowsAsync<IOException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
        Assert.Contains("Object 'a' in blob container http://127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.Contains("replaced while it was being read", e.Message, StringComparison.Ordinal);
    }

    // Run by hand with -explicit only: it writes a gibibyte. The figure is in docs/reliability.md.
    [Fact(Explicit = true)]
    public async Task One_gibibyte_is_streamed_in_constant_memory()
    {
        var store = new AzureBlobCheckpointStore(Blobs.Options() with { BlockBytes = new AzureBlobOptions().BlockBytes });
        var watch = Stopwatch.StartNew();
        long growth = await Content.StreamAsync(store, "gibibyte", 1L << 30, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"1 GiB written and read in {watch.Elapsed.TotalSeconds:F1} s, live memory grew by {growth / 1048576.0:F1} MiB at most, process peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:F0} MiB"));
        Assert.InRange(growth, 0, 24L << 20);
    }
}
