using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;

namespace PruneSearch.Cluster.Connections;

/// <summary>
/// Stands before the ports of a silo: a connection that says nothing, or not what was expected, is closed within seconds, and
/// only so many wait at once, so that whoever may not come in cannot use up the process's file handles or fill its log.
/// </summary>
/// <param name="logger">Told about what was turned away, at most once a minute.</param>
internal sealed class ConnectionGuard(ILogger<ConnectionGuard> logger, TimeProvider time)
{
    /// <summary>How long a connection has to say its first bytes, and after that to show who it is.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    /// <summary>Connections that may wait at once. One more, and the one that waited longest goes: an honest one waits for milliseconds.</summary>
    public const int LargestQueue = 64;

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly LinkedList<ConnectionContext> _waiting = [];
    private readonly Dictionary<string, long> _refusals = [];
    private int _turnedAway;
    private long? _told;

    /// <summary>Tells why a certificate was refused, once for each reason in a while.</summary>
    /// <param name="port">For whom the port is.</param>
    public void Refused(string port, string reason)
    {
        lock (_gate)
        {
            if (_refusals.TryGetValue(reason, out long told) && time.GetElapsedTime(told) < LogInterval)
            {
                return;
            }
            if (_refusals.Count >= LargestQueue)
            {
                _refusals.Clear(); // who makes up subjects does not fill the memory
            }
            _refusals[reason] = time.GetTimestamp();
        }
        Log.CertificateRefused(logger, port, reason);
    }

    /// <summary>Puts the guard around what checks a connection.</summary>
    /// <param name="connections">Orleans' pipeline of inbound connections; nothing may have been added yet.</param>
    /// <param name="check">Adds the check, which passes on whom it lets in; <see langword="null"/> for none.</param>
    public void Protect(IConnectionBuilder connections, Action<IConnectionBuilder>? check)
    {
        connections.Use(next => context => EnterAsync(context, next));
        check?.Invoke(connections);
        connections.Use(next => context =>
        {
            Leave(context);
            return next(context);
        });
    }

    private async Task EnterAsync(ConnectionContext context, ConnectionDelegate next)
    {
        ConnectionContext? oldest = null;
        lock (_gate)
        {
            context.Items[this] = _waiting.AddLast(context);
            if (_waiting.Count > LargestQueue)
            {
                oldest = _waiting.First!.Value;
                _waiting.RemoveFirst();
            }
        }
        oldest?.Abort();
        try
        {
            if (await SpeaksAsync(context).ConfigureAwait(false))
            {
                await next(context).ConfigureAwait(false);
            }
        }
        finally
        {
            if (Leave(context))
            {
                TurnedAway(context);
            }
        }
    }

    // What was read stays in the pipe for whoever reads next.
    private static async Task<bool> SpeaksAsync(ConnectionContext context)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(context.ConnectionClosed);
        timeout.CancelAfter(TimeLimit);
        try
        {
            var read = await context.Transport.Input.ReadAsync(timeout.Token).ConfigureAwait(false);
            context.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty && !read.IsCanceled;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    // Whether it was still on its way in.
    private bool Leave(ConnectionContext context)
    {
        lock (_gate)
        {
            bool was = context.Items.Remove(this, out object? node);
            if (node is LinkedListNode<ConnectionContext> { List: { } list } waiting)
            {
                list.Remove(waiting);
            }
            return was;
        }
    }

    private void TurnedAway(ConnectionContext context)
    {
        int count;
        lock (_gate)
        {
            _turnedAway++;
            if (_told is { } told && time.GetElapsedTime(told) < LogInterval)
            {
                return;
            }
            _told = time.GetTimestamp();
            (count, _turnedAway) = (_turnedAway, 0);
        }
        Log.ConnectionsTurnedAway(logger, count, context.LocalEndPoint?.ToString() ?? "a port", context.RemoteEndPoint?.ToString() ?? "unknown");
    }
}
