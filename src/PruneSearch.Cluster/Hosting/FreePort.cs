using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Finds a loopback port that nobody listens on. Somebody may take it before it is used.</summary>
internal static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
