using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.Hosting;

/// <summary>Ports that nobody listens on.</summary>
internal static class FreePort
{
    private const int First = 20_000, End = 32_000, Tries = 1_000;

    /// <summary>
    /// A free loopback port below those that systems lend to outgoing connections (from 32768 on), so that no connection takes it before it
    /// is used; only another listener may.
    /// </summary>
    /// <exception cref="IOException">None was found.</exception>
    public static int Find()
    {
        for (int i = 0; i < Tries; i++)
        {
            int port = Random.Shared.Next(First, End);
            try
            {
                if (IsFree(IPAddress.Loopback, port))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                continue; // Windows keeps some for itself
            }
        }
        throw new IOException($"No free port was found from {First} to {End - 1}, tried {Tries}.");
    }

    /// <summary>
    /// False where anybody listens on the port, also somebody who would share it, as Orleans does: of two silos at one address the second has
    /// the first declared dead.
    /// </summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
