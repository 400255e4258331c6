using System.Net;
using PruneSearch.Core.Grains;

namespace PruneSearch.Connections.Tests;

public sealed class ClusterClientTests
{
    [Fact]
    public async Task A_connection_that_is_given_up_before_it_began_says_that_nobody_answers()
    {
        var address = new ClusterAddress { Gateways = [new IPEndPoint(IPAddress.Loopback, 1)], Timeout = TimeSpan.Zero, Once = true };

        var e = await Assert.ThrowsAsync<ClusterException>(() => ClusterClient.ConnectAsync(address, cancellation: TestContext.Current.CancellationToken));

        Assert.StartsWith("No silo of cluster 'prunesearch' answers: 127.0.0.1:1", e.Message, StringComparison.Ordinal);
    }
}
