using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// Finds a loopback port that nobody listens on. It lies below those that systems lend to outgoing connections (from 32768 on), so that no
/// connection takes it before it is used; only another listener may.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000, End = 32_000, Tries = 1_000;

    /// <exception cref="IOException">None was found.</exception>
    public static int Find()
    {
        for (int i = 0; i < Tries; i++)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                continue; // taken
            }
        }
        throw new IOException($"No free port was found from {First} to {End - 1}, tried {Tries}.");
    }
}
