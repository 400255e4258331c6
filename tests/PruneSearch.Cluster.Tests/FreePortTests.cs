using System.Net;
using System.Net.Sockets;
using PruneSearch.Cluster.Hosting;

namespace PruneSearch.Cluster.Tests;

public sealed class FreePortTests
{
    private const int FirstOfOutgoingConnections = 32_768;

    [Fact]
    public void Ports_are_free_and_below_those_of_outgoing_connections()
    {
        for (int i = 0; i < 100; i++)
        {
            int port = FreePort.Find();
            Assert.InRange(port, 1_024, FirstOfOutgoingConnections - 1);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            Assert.NotEqual(port, FreePort.Find());
        }
    }
}
