using System.Diagnostics;
using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
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
        Assert.Equal(["clusters/a/x"], await new AzureBlobCheckpointStore(options)
            .ListAsync("", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_with_a_signature_is_all_that_is_needed(bool forOneContainer)
    {
        var options = Blobs.Options();
        var container = new BlobContainerClient(
            options.ConnectionString, options.Container, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        var soon = DateTimeOffset.UtcNow.AddHours(1);
        if (forOneContainer)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        }
        const BlobContainerSasPermissions Needed = BlobContainerSasPermissions.Read | BlobContainerSasPermissions.Write
            | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.List | BlobContainerSasPermissions.Delete;
        var address = forOneContainer
            ? container.GenerateSasUri(Needed, soon)
            : new BlobServiceClient(options.ConnectionString).GenerateAccountSasUri(AccountSasPermissions.All, soon, AccountSasResourceTypes.All);
        var store = new AzureBlobCheckpointStore(options with { ConnectionString = null, AccountUri = address });

        Assert.False(await store.ExistsAsync("a/b", TestContext.Current.CancellationToken));
        await store.PutAsync("a/b", (s, c) => Content.WriteAsync(s, 1, 100, c), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["a/b"], await store.ListAsync("", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        await using (var stream = await store.OpenReadAsync("a/b", TestContext.Current.CancellationToken))
        {
            Assert.Equal(100, stream.Length);
        }
        await store.DeleteAsync("a/b", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_wrong_signature_is_refused_and_shown_nowhere()
    {
        var options = Blobs.Options();
        string account = new BlobContainerClient(options.ConnectionString, options.Container).Uri.ToString();
        var store = new AzureBlobCheckpointStore(
            options with { ConnectionString = null, AccountUri = new Uri(account + "?sv=2026-02-06&sr=c&sp=rwdl&se=2099-01-01T00:00:00Z&sig=aGlkZGVu") });

        var e = await Assert.ThrowsAsync<IOException>(
            () => store.PutAsync("a", (s, c) => Content.WriteAsync(s, 1, 8, c), cancellation: TestContext.Current.CancellationToken));

        Assert.Contains("access was refused", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("aGlkZGVu", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://account.blob.core.windows.net/c-1?sv=1&sig=aGlkZGVu", "expected https")]
    [InlineData("https://account.blob.core.windows.net/c-1/blob?sv=1&sig=aGlkZGVu", "no more than the name of a container")]
    [InlineData("https://account.blob.core.windows.net/UPPER?sv=1&sig=aGlkZGVu", "Container is 'UPPER'")]
    [InlineData("ftp://account.blob.core.windows.net/c-1?sv=1&sig=aGlkZGVu", "expected https://ACCOUNT")]
    public void An_address_that_cannot_be_right_is_said_without_its_signature(string address, string expected)
    {
        var e = Assert.Throws<ArgumentException>(new AzureBlobOptions { AccountUri = new Uri(address) }.Validate);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("aGlkZGVu", e.Message, StringComparison.Ordinal);
    }

    // Run by hand with -explicit only: it writes a gibibyte. The figure is in docs/reliability.md.
    [Fact(Explicit = true)]
    public async Task One_gibibyte_is_streamed_in_constant_memory()
    {
        var store = new AzureBlobCheckpointStore(Blobs.Options() with { BlockBytes = new AzureBlobOptions().BlockBytes });
        var watch = Stopwatch.StartNew();
        long growth = await Content.StreamAsync(store, "gibibyte", 1L << 30, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"1 GiB written and read in {watch.Elapsed.TotalSeconds:F1} s, live memory grew by {growth / 1048576.0:F1} MiB at most, process peak " +
            $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0:F0} MiB"));
        Assert.InRange(growth, 0, 24L << 20);
    }
}
