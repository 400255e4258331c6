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

    [Fact]
    public async Task A_silo_does_not_share_the_port_of_another_one()
    {
        using var other = new Socket(SocketType.Stream, ProtocolType.Tcp);
        other.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true); // as Orleans listens
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        int taken = ((IPEndPoint)other.LocalEndPoint!).Port;
        using var home = new TestHome();

        foreach (var (key, silo, gateway) in new[] { ("silo-port", taken, FreePort.Find()), ("gateway-port", FreePort.Find(), taken) })
        {
            var second = new SiloOptions
            {
                Name = "second",
                Database = home.File("cluster.db"),
                Checkpoints = home.File("checkpoints"),
                SiloPort = silo,
                GatewayPort = gateway,
            };
            var e = await Assert.ThrowsAsync<IOException>(() => SiloHost.StartAsync(second));
            Assert.Equal($"Silo second cannot listen on '{key}' {taken} of 127.0.0.1: it is taken, expected a port of its own for every " +
                "silo of a machine", e.Message);
        }
    }
}
