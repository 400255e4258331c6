using Orleans.Runtime;
using PruneSearch.Core;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// Ends the process at once when the other silos declared it dead, or it cannot be a silo any more: with one line, where Orleans would write a stack and
/// have the system keep the memory of a process that is not broken.
/// </summary>
internal sealed class Eviction(SiloOptions options) : IFatalErrorHandler
{
    private const int Failed = 1;
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not ThreadAbortException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        Console.Error.WriteLine(Line(options, context, exception));
        // Nothing may keep it: what it works on belongs to somebody else by now.
        var last = new Thread(() =>
        {
            Thread.Sleep(ExitTimeout);
            Environment.FailFast(null);
        });
        last.IsBackground = true;
        last.Start();
        Environment.Exit(Failed);
    }

    /// <summary>What is said of it.</summary>
    internal static string Line(SiloOptions options, string? context, Exception? exception)
    {
        string why = context?.Contains("told I am dead", StringComparison.Ordinal) == true
            ? "the other silos declared it dead: it did not answer them for seconds, or their certificates are of another authority than its own"
            : ErrorText.FirstLine(exception?.Message ?? context ?? "no reason is known");
        return $"prunesearch: silo {options.Name} of cluster '{options.ClusterId}' ends: {why}";
    }
}
