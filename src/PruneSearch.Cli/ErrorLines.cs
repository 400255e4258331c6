using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Configuration;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Data.Images;

namespace PruneSearch.Cli;

/// <summary>Turns what commands throw into lines on the error output and exit codes.</summary>
internal static class ErrorLines
{
    /// <summary>Set to 1, the stack trace of an unexpected error, or of one with a cluster, is shown.</summary>
    public const string TraceVariable = "PRUNESEARCH_TRACE";

    public static async Task<int> GuardAsync(CliContext context, Func<Task<int>> command, CancellationToken cancellation)
    {
        try
        {
            return await command();
        }
        catch (SearchFileException e)
        {
            return Bad(context, [.. e.Errors]);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (StuckStageException e)
        {
            await context.Error.WriteLineAsync($"prunesearch: {ErrorText.OneLine(e.Message)}");
            return ExitCode.Stuck;
        }
        catch (ClusterException e) when (!ShowsTraces)
        {
            await context.Error.WriteLineAsync($"prunesearch: {ErrorText.OneLine(e.Message)}");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is (IOException and not ClusterException) or UnauthorizedAccessException or KeyNotFoundException
            or FormatException or ImageDecodeException or SettingsException or NotFiniteNumberException)
        {
            return Bad(context, e.Message);
        }
        catch (Exception e) when (!ShowsTraces)
        {
            await context.Error.WriteLineAsync($"prunesearch: unexpected {e.GetType().Name}: {ErrorText.OneLine(e.Message)} (set " +
                $"{TraceVariable}=1 for details)");
            return ExitCode.Failed;
        }
    }

    private static bool ShowsTraces => Environment.GetEnvironmentVariable(TraceVariable) == "1";

    private static int Bad(CliContext context, params string[] lines)
    {
        foreach (string line in lines)
        {
            context.Error.WriteLine($"prunesearch: {ErrorText.OneLine(line)}");
        }
        return ExitCode.BadInput;
    }
}
