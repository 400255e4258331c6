using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;
using PruneSearch.Cluster.Observability;
using PruneSearch.Core;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Errors;

/// <summary>Turns exceptions that only a silo knows into one that every client knows, and logs them under an identifier that it has.</summary>
internal static class SiloErrors
{
    private const int IdDigits = 8;

    /// <summary>Whether a caller understands it: what grains promise in their documentation, and what Orleans handles itself.</summary>
    public static bool Travels(Exception e) => e is ClusterException or InconsistentStateException || (IsPromised(e) && Chain(e).All(IsKnownEverywhere));

    /// <summary>What a caller is told of an error; the log has the whole of it.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="what">What could not be done, as the beginning of a sentence.</param>
    /// <param name="isPassing">Whether it may go well later.</param>
    /// <param name="logger">Keeps the whole of it.</param>
    public static ClusterException Translate(Exception e, string what, bool isPassing, ILogger logger)
    {
        string id = Guid.NewGuid().ToString("N")[..IdDigits];
        Log.ErrorTranslated(logger, e, id, what);
        string reason = ErrorText.FirstLine(e.Message);
        string said = $"{what}: {reason} (error {id} in the log of {Environment.MachineName}, process {Environment.ProcessId})";
        return new ClusterException(said, e) { ErrorId = id, IsPassing = isPassing };
    }

    private static bool IsPromised(Exception e) => e
        is ArgumentException or KeyNotFoundException or InvalidOperationException or FormatException or IOException or TimeoutException
        or OperationCanceledException or OrleansException;

    private static bool IsKnownEverywhere(Exception e) =>
        e is ClusterException or OrleansException || e.GetType().Namespace is "System"
        || e.GetType().Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;

    private static IEnumerable<Exception> Chain(Exception e) => e switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Chain).Prepend(many),
        { InnerException: { } inner } => Chain(inner).Prepend(e),
        _ => [e],
    };
}
