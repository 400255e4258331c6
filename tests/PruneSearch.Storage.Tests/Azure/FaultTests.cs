using System.Net;
using System.Net.Sockets;
using Azure.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Storage;
using PruneSearch.Storage.Azure;
using PruneSearch.Tests;

namespace PruneSearch.Storage.Tests.Azure;

public sealed class FaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Fault.BeforeSending)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.Busy)]
    internal async Task Transient_faults_are_tried_again(Fault fault)
    {
        int requests = 0;
        var transport = new FaultyTransport(_ => requests++ % 3 == 0 ? fault : Fault.None);
        var store = new AzureBlobCheckpointStore(Blobs.Options(), o => o.Transport = transport);

        Assert.True(await store.PutAsync("a", (s, c) => Content.WriteAsync(s, 5, 1 << 20, c), PutCondition.IfAbsent, Cancellation));
        Assert.Equal(5, await Content.SeedOfAsync(store, "a", 1 << 20, Cancellation));
        Assert.Equal(["a"], await store.ListAsync("", Cancellation).ToListAsync(Cancellation));
        await store.DeleteAsync("a", Cancellation);
        Assert.False(await store.ExistsAsync("a", Cancellation));
        Assert.InRange(transport.Spoilt, 5, 100);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1 << 20)]
    public async Task A_writer_whose_answer_was_lost_still_knows_that_it_was_first(int bytes)
    {
        bool lost = false;
        var transport = new FaultyTransport(request =>
        {
            // What makes the blob visible: the whole blob at once, or the list of its blocks.
            bool publishes = request.Method == RequestMethod.Put && request.Headers.TryGetValue("If-None-Match", out _);
            bool now = publishes && !lost;
            lost |= now;
            return now ? Fault.AnswerLost : Fault.None;
        });
        var store = new AzureBlobCheckpointStore(Blobs.Options(), o => o.Transport = transport);

        Assert.True(await store.PutAsync("a", (s, c) => Content.WriteAsync(s, 1, bytes, c), PutCondition.IfAbsent, Cancellation));
        Assert.Equal(1, transport.Spoilt);
        Assert.False(await store.PutAsync("a", (s, c) => Content.WriteAsync(s, 2, bytes, c), PutCondition.IfAbsent, Cancellation));
    }

    [Fact]
    public async Task A_service_that_stays_away_is_named()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        var store = new AzureBlobCheckpointStore(Unreal(port));

        var e = await Assert.ThrowsAsync<ClusterException>(() => store.PutAsync("a", (s, c) => Content.WriteAsync(s, 1, 8, c), cancellation: Cancellation));
        Assert.True(e.IsPassing);
        Assert.StartsWith(
            $"Object 'a' in blob container http://127.0.0.1:{port}/account/prunesearch: cannot be reached: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_at_once_and_said()
    {
        var options = Blobs.Options() with { Retries = 20, RetryDelay = TimeSpan.FromSeconds(10), MaxRetryDelay = TimeSpan.FromMinutes(1) };
        int at = options.ConnectionString!.IndexOf("AccountKey=", StringComparison.Ordinal) + "AccountKey=".Length;
        string wrong = options.ConnectionString[..at] + 'A' + options.ConnectionString[(at + 1)..];
        var store = new AzureBlobCheckpointStore(options with { ConnectionString = wrong });

        var e = await Assert.ThrowsAsync<IOException>(() => store.ExistsAsync("a", Cancellation));
        Assert.Contains("access was refused", e.Message, StringComparison.Ordinal);
        Assert.Contains("Storage Blob Data Contributor", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ab", "", "2026-06-06", "Container is 'ab'")]
    [InlineData("a--b", "", "2026-06-06", "Container is 'a--b'")]
    [InlineData("Upper", "", "2026-06-06", "Container is 'Upper'")]
    [InlineData("good", "no-slash", "2026-06-06", "Prefix is 'no-slash'")]
    [InlineData("good", "", "2026-06-31", "ServiceVersion is '2026-06-31'")]
    public void Options_out_of_range_are_named(string container, string prefix, string version, string problem)
    {
        var options = Unreal(1) with { Container = container, Prefix = prefix, ServiceVersion = version };
        Assert.Contains(problem, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_way_to_sign_in_is_expected()
    {
        Assert.Contains("neither is given", Assert.Throws<ArgumentException>(new AzureBlobOptions().Validate).Message, StringComparison.Ordinal);
        Assert.Contains(
            "both is given",
            Assert.Throws<ArgumentException>((Unreal(1) with { AccountUri = new Uri("https://a.example") }).Validate).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "ConnectionString cannot be read",
            Assert.Throws<ArgumentException>(() => new AzureBlobCheckpointStore(new AzureBlobOptions { ConnectionString = "nonsense" })).Message,
            StringComparison.Ordinal);
        new AzureBlobOptions { AccountUri = new Uri("https://account.blob.core.windows.net") }.Validate();
    }

    private static AzureBlobOptions Unreal(int port) => new()
    {
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName=account;AccountKey={Convert.ToBase64String(new byte[32])};" +
            $"BlobEndpoint=http://127.0.0.1:{port}/account;",
        Retries = 1,
        RetryDelay = TimeSpan.FromMilliseconds(10),
    };
}
