using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace PruneSearch.Connections.Tests;

public sealed class ConnectionDiaryTests
{
    [Fact]
    public void A_certificate_that_this_process_refuses_is_what_became_of_the_attempt()
    {
        using var diary = new ConnectionDiary();
        var address = new ClusterAddress { Gateways = [new(IPAddress.Loopback, 30000)] };
        KeyValuePair<string, object?>[] connecting = [new("EndPoint", SiloAddress.New(address.Gateways[0], 0))]; // as Orleans logs it
        diary.Log(LogLevel.Information, default, connecting, null, (_, _) => "");
        Assert.Equal("No silo of cluster 'prunesearch' answers: 127.0.0.1:30000 (says nothing)", diary.Tried(address));

        diary.Refused("'CN=control' is not of this cluster's authority");

        Assert.Equal("127.0.0.1:30000 (its certificate is refused: 'CN=control' is not of this cluster's authority)", diary.ToString());
    }
}
