using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Observability;

/// <summary>Keeps the last lines of the log, so that a stage that fails can tell what came before.</summary>
internal sealed class RecentLog(TimeProvider time) : ILoggerProvider
{
    private const int Kept = 60;
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    /// <summary>The last lines, oldest first.</summary>
    /// <param name="lines">How many at most.</param>
    public string Tail(int lines)
    {
        lock (_gate)
        {
            return string.Join('\n', _lines.TakeLast(lines));
        }
    }

    public ILogger CreateLogger(string categoryName) => new RecentLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
        // Nothing is held open.
    }

    private void Add(LogLevel level, string category, string message, Exception? exception)
    {
        string text = LogLine.Of(time.GetUtcNow(), level, category, message, exception);
        lock (_gate)
        {
            foreach (string line in text.Split('\n'))
            {
                _lines.Enqueue(line);
            }
            while (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }

    private sealed class RecentLogger(RecentLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Add(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
