using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Networking.Shared;
using Orleans.Runtime;
using PruneSearch.Core;

namespace PruneSearch.Connections;

/// <summary>
/// Remembers what became of the attempts to connect, by gateway. Orleans says it nowhere but in its log: the exception at the end
/// only counts gateways, and a client whose gateway knows itself under another address waits for ever.
/// </summary>
public sealed class ConnectionDiary : ILoggerProvider, ILogger
{
    private const string Welcome = "Established connection to {Silo} with protocol version {ProtocolVersion}";
    private const string SaysNothing = "(says nothing)";
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _attempts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _refusals = new(StringComparer.Ordinal); // by this process
    private string? _latest;

    /// <summary>The exception that the latest attempt ended with.</summary>
    public Exception? Latest { get; set; }

    /// <summary>Each gateway and what became of it, with commas between them; empty when none was tried.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join(", ", _attempts.Select(a => $"{a.Key} {a.Value}"));
        }
    }

    /// <summary>What was tried to find a cluster, and what became of it, as the beginning of a line.</summary>
    /// <param name="address">Where it should be.</param>
    public string Tried(ClusterAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string attempts = ToString();
        return attempts.Length == 0 && address.Gateways.Count == 0 && Latest is { } e and not SiloUnavailableException
            ? $"The database of cluster '{address.ClusterId}', where its gateways stand, cannot be used: {ErrorText.FirstLine(e.Message)}"
            : $"No silo of cluster '{address.ClusterId}' answers: "
                + (attempts.Length > 0 ? attempts : address.Gateways.Count > 0 ? string.Join(", ", address.Gateways)
                    : Latest is null ? "its database, where its gateways stand, has not answered" : "its database names no gateway");
    }

    /// <summary>The other end showed a certificate that this process does not take.</summary>
    /// <param name="reason">Why, beginning with whose it is.</param>
    public void Refused(string reason)
    {
        lock (_gate)
        {
            if (_latest is { } gateway)
            {
                // Orleans tells of it late or never, and then as of any other connection that ends.
                _attempts[gateway] = _refusals[gateway] = $"(its certificate is refused: {reason})";
            }
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            return;
        }
        lock (_gate)
        {
            foreach (var (name, value) in values)
            {
                if (value is SiloAddress address)
                {
                    Note(values[^1].Value is Welcome ? nameof(Welcome) : name, address.Endpoint.ToString(), exception);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held open.
    }

    private void Note(string name, string address, Exception? exception)
    {
        if (name == "EndPoint" && exception is not null and not OperationCanceledException) // that is silence, or our own timeout
        {
            _attempts[address] = _refusals.GetValueOrDefault(address) ?? Outcome(exception);
        }
        else if (name == "EndPoint")
        {
            _latest = address;
            _refusals.Remove(address);
            _attempts.TryAdd(address, SaysNothing);
        }
        else if (name == nameof(Welcome) && _latest is { } gateway && _attempts[gateway] == SaysNothing)
        {
            // A gateway of another cluster says it too and then hangs up, which is noted. When nothing comes after it, the silo has no time, or
            // it passes the question on to the silo at the gateway's address, which nobody is.
            _attempts[gateway] = $"(leads to silo {address}, which has not answered: it is overloaded or hangs, or does not know itself by that address, "
                + "and then a forwarded port needs the number that the gateway has)";
        }
    }

    private static string Outcome(Exception e) => e switch
    {
        SocketConnectionException when e.Message.EndsWith("ConnectionRefused", StringComparison.Ordinal) => "(nobody listens there)",
        SocketConnectionException => $"(cannot be reached: {e.Message[(e.Message.LastIndexOf(' ') + 1)..]})",
        _ => "(is no gateway of this cluster)",
    };
}
