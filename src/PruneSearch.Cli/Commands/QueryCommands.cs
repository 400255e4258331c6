using System.Globalization;
using PruneSearch.Cli.Following;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Commands;

/// <summary>Where a frontier is written to: files, or <c>-</c> for the terminal; a table there, where none is named.</summary>
internal sealed record FrontierOutputs(string? Json, string? Csv, string? Png);

/// <summary>Commands that look at searches or stop them.</summary>
internal static class QueryCommands
{
    public static async Task<int> ListAsync(CliContext context, SearchPlace place, bool sizes, CancellationToken cancellation)
    {
        if (place.Cluster is null && !Directory.Exists(place.Home))
        {
            if (File.Exists(place.Home))
            {
                throw new IOException($"--home {place.Home}: is a file, expected a folder");
            }
            await context.Output.WriteLineAsync($"No searches: {place.Home} does not exist.");
            return ExitCode.Ok;
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var all = await session.ListAsync();
        var bytes = sizes ? await new StoreCleaning(session, context.Time).SizesAsync(cancellation) : null;
        foreach (var s in all)
        {
            string why = s.State == WorkState.Failed && s.Reason is { } reason ? $"  {ErrorText.OneLine(reason)}" : "";
            string size = bytes is null ? "" : "  " + CleaningCommands.Size(bytes[s.Id]);
            await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{s.Id,-24} {s.Created:yyyy-MM-dd HH:mm} UTC  " +
                $"{ProgressText.Of(s.State),-10} {s.Completed + s.Failed}/{s.Trajectories} trajectories{size}{why}"));
        }
        if (all.Count == 0)
        {
            await context.Output.WriteLineAsync($"No searches in {place}.");
        }
        return ExitCode.Ok;
    }

    public static Task<int> StatusAsync(CliContext context, SearchPlace place, string id, bool details, CancellationToken cancellation) =>
        WithSearchAsync(context, place, id, async session =>
    {
        var status = await session.StatusAsync(id);
        foreach (string line in StatusText.Lines(status, details, place))
        {
            await context.Output.WriteLineAsync(line);
        }
    }, cancellation);

    public static Task<int> FrontierAsync(
        CliContext context, SearchPlace place, string id, string? deviceClass, FrontierOutputs outputs, CancellationToken cancellation) =>
        WithSearchAsync(context, place, id, async session =>
    {
        var (json, csv, png) = outputs;
        var view = await session.FrontierAsync(id, deviceClass);
        if (json is null && csv is null && png is null)
        {
            FrontierTable.Write(context, view);
            foreach (string line in MeasuringText.Lines(await session.SummaryAsync(id), deviceClass, place))
            {
                await context.Output.WriteLineAsync(line);
            }
        }
        await WriteAsync(json, FrontierFiles.Json(view));
        await WriteAsync(csv, FrontierFiles.Csv(view));
        if (png is not null)
        {
            AtomicFile.Write(png, FrontierPlot.Draw(view));
        }

        async Task WriteAsync(string? path, string text)
        {
            if (path == "-")
            {
                await context.Output.WriteAsync(text);
            }
            else if (path is not null)
            {
                AtomicFile.Write(path, text);
            }
        }
    }, cancellation);

    public static Task<int> CancelAsync(CliContext context, SearchPlace place, string id, CancellationToken cancellation) =>
        WithSearchAsync(context, place, id, async session =>
    {
        await session.CancelAsync(id, "cancelled from the command line");
        var status = await session.StatusAsync(id);
        await context.Output.WriteLineAsync($"{id}: {ProgressText.Of(status.State)}");
    }, cancellation);

    public static Task<int> PrioritiseAsync(
        CliContext context, SearchPlace place, string id, Func<SlotSettings, SlotSettings> change, CancellationToken cancellation) =>
        WithSearchAsync(context, place, id, async session =>
    {
        var old = (await session.SummaryAsync(id)).Slots;
        var slots = change(old);
        if (slots != old)
        {
            await session.PrioritiseAsync(id, slots);
        }
        await context.Output.WriteLineAsync($"{id}: {StatusText.Of(slots)}");
    }, cancellation);

    private static async Task<int> WithSearchAsync(CliContext context, SearchPlace place, string id, Func<ISearchSession, Task> action,
        CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        await action(session);
        return ExitCode.Ok;
    }
}
