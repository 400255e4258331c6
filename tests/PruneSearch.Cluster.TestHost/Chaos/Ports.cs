using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>Loopback ports below those that the system hands out by itself, so that a server finds its port free when it starts again.</summary>
public static class Ports
{
    private static int _next = 20_000 + (Environment.ProcessId % 1000 * 12);

    /// <summary>One that nobody listens on.</summary>
    public static int Free()
    {
        while (true)
        {
            int port = Interlocked.Increment(ref _next);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
