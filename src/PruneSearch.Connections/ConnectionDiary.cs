using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Networking.Shared;
using Orleans.Runtime;

namespace PruneSearch.Connections;

/// <summary>
/// Remembers what became of the attempts to connect, by gateway. Orleans says it nowhere but in its log: the exception at the end
/// only counts gateways, and a client whose gateway knows itself under another address waits for ever.
/// </summary>
internal sealed class ConnectionDiary : ILoggerProvider, ILogger
{
    private const string Welcome = "Established connection to {Silo} with protocol version {ProtocolVersion}";
    private const string SaysNothing = "(says nothing)";
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _attempts = new(StringComparer.Ordinal);
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

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
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

    public void Dispose()
    {
        // Nothing is held open.
    }

    private void Note(string name, string address, Exception? exception)
    {
        if (name == "EndPoint" && exception is not null and not OperationCanceledException) // that is silence, or the end of our own patience
        {
            _attempts[address] = Outcome(exception);
        }
        else if (name == "EndPoint")
        {
            _latest = address;
            _attempts.TryAdd(address, SaysNothing);
        }
        else if (name == nameof(Welcome) && _latest is { } gateway && _attempts[gateway] == SaysNothing)
        {
            // A gateway of another cluster says it too and then hangs up, which is noted. When nothing comes after it, the silo
            // passes the question on to the silo at the gateway's address, which nobody is.
            _attempts[gateway] = $"(leads to silo {address}, which does not know itself by that address: "
                + "give a forwarded port the number that the gateway has)";
        }
    }

    private static string Outcome(Exception e) => e switch
    {
        SocketConnectionException when e.Message.EndsWith("ConnectionRefused", StringComparison.Ordinal) => "(nobody listens there)",
        SocketConnectionException => $"(cannot be reached: {e.Message[(e.Message.LastIndexOf(' ') + 1)..]})",
        _ => "(is no gateway of this cluster)",
    };
}
