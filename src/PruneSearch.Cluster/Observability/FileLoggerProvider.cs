using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace PruneSearch.Cluster.Observability;

/// <summary>Appends warnings and errors to one file a day, made at the first message, so that the console stays the user's.</summary>
/// <param name="folder">Where the files stand.</param>
/// <param name="time">The clock.</param>
internal sealed class FileLoggerProvider(string folder, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private bool _closed;

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _writer?.Dispose();
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }
            try
            {
                _writer ??= Open(now);
                _writer.WriteLine(LogLine.Of(now, level, category, message, exception));
                _writer.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not stop a search because of its log; the stage that cannot be saved says so itself.
            }
        }
    }

    private StreamWriter Open(DateTimeOffset now)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"host-{now:yyyy-MM-dd}.log"));
        return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(logLevel, category, formatter(state, exception), exception);
            }
        }
    }
}
