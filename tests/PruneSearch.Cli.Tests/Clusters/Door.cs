using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cli.Tests.Clusters;

/// <summary>A loopback port that is not what a client hopes for.</summary>
internal sealed class Door : IDisposable
{
    private readonly TcpListener _listener;
    private readonly List<Socket> _open = [];
    private readonly Func<Socket, Task> _serve;

    private Door(Func<Socket, Task> serve, int port = 0)
    {
        _serve = serve;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    /// <summary>Where it is.</summary>
    public int Port { get; }

    /// <summary>Takes connections and says nothing.</summary>
    public static Door Silent() => new(_ => Task.CompletedTask);

    /// <summary>Says something that no silo says.</summary>
    public static Door Garbage() => new(async s => await s.SendAsync("HTTP/1.1 400 Bad Request\r\nServer: other\r\n\r\n"u8.ToArray()));

    /// <summary>Passes everything on to another port, like a forwarded one.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="port">The port to listen on; 0 for a free one.</param>
    public static Door Relay(IPEndPoint to, int port = 0) => new(async near =>
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(to);
        await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        near.Dispose();
    }, port);

    /// <summary>Lets nobody in any more and breaks what is open.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_open)
        {
            _open.ForEach(s => s.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                lock (_open)
                {
                    _open.Add(socket);
                }
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await _serve(socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[1 << 16];
        int count;
        while ((count = await from.ReceiveAsync(buffer)) > 0)
        {
            await to.SendAsync(buffer.AsMemory(0, count));
        }
    }
}
