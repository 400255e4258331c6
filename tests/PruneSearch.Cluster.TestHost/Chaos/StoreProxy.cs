using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>Stands between silos and their blob store, and makes it slow or full.</summary>
public sealed class StoreProxy : IDisposable
{
    private static readonly byte[] FullAnswer = "HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _store;
    private CancellationTokenSource _connections = new();
    private volatile bool _full;
    private int _delay;

    /// <summary>Begins to listen.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">Where.</param>
    /// <param name="store">The store behind it.</param>
    public StoreProxy(string address, int port, IPEndPoint store)
    {
        _store = store;
        _listener = new TcpListener(IPAddress.Parse(address), port);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>What happened: requests to write that were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Every request waits so long.</summary>
    public void Slow(TimeSpan delay) => Interlocked.Exchange(ref _delay, (int)delay.TotalMilliseconds);

    /// <summary>Whether writes are answered with 507, as a store without space does.</summary>
    public void Fill(bool full)
    {
        _full = full;
        Interlocked.Exchange(ref _connections, new CancellationTokenSource()).Cancel(); // who is connected comes again
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The next one, if it goes on.
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _connections.Token);
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(_store, end.Token).ConfigureAwait(false);
            await Task.WhenAny(AskAsync(near.GetStream(), far.GetStream(), end.Token), far.GetStream().CopyToAsync(near.GetStream(), end.Token))
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side went.
        }
    }

    private async Task AskAsync(NetworkStream near, NetworkStream far, CancellationToken end)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await near.ReadAsync(buffer, end).ConfigureAwait(false)) > 0;)
            {
                await Task.Delay(Volatile.Read(ref _delay), end).ConfigureAwait(false);
                if (_full && buffer.AsSpan(0, read).StartsWith("PUT "u8))
                {
                    Refused++;
                    await near.WriteAsync(FullAnswer, end).ConfigureAwait(false);
                    return;
                }
                await far.WriteAsync(buffer.AsMemory(0, read), end).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side went.
        }
    }

    /// <summary>For a message.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_listener.LocalEndpoint}");
}
