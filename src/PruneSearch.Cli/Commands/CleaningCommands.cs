using System.CommandLine;
using System.Globalization;
using PruneSearch.Connections.Cleaning;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Commands;

/// <summary>Commands that free what is not needed any more. Both say first what would go.</summary>
internal static class CleaningCommands
{
    /// <summary>Removes a search, and the stages that only it has.</summary>
    public static Command CreateDelete(CliContext context)
    {
        var id = new Argument<string>("ID") { Description = "The search's identifier, as list shows it" };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would go" };
        var command = new Command("delete", "Remove a search that is over or cancelled, with its results and the stages that no other search has") { id, dry };
        command.SetAction((p, cancellation) => ErrorLines.GuardAsync(context, () =>
            DeleteAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, p.GetValue(dry), cancellation), cancellation));
        return command;
    }

    /// <summary>Frees the checkpoint store of what no search needs.</summary>
    public static Command CreatePruneStore(CliContext context)
    {
        var older = new Option<TimeSpan>("--older-than")
        {
            Description = "How long ago it must have been written: a number with h or d behind it",
            HelpName = "TIME",
            DefaultValueFactory = _ => TimeSpan.FromDays(30),
            CustomParser = result =>
            {
                if (RetentionRule.ParseTime(result.Tokens[^1].Value) is { } time)
                {
                    return time;
                }
                result.AddError($"--older-than is '{ErrorText.OneLine(result.Tokens[^1].Value)}', expected {RetentionRule.Expected}");
                return default;
            },
        };
        var keep = ChoiceOption.Create("--keep", "What stays of searches that are over, however old: their frontier, all of their stages, or none",
            EnumNames.Of<KeepRule>(), EnumNames.Of(KeepRule.Frontier));
        var delete = new Option<bool>("--delete") { Description = "Delete it; without, it is only said what would go" };
        var command = new Command("prune-store", "Free the checkpoints of what no search needs: old stages, snapshots, pictures") { older, keep, delete };
        command.SetAction((p, cancellation) => ErrorLines.GuardAsync(context, () =>
        {
            var rule = EnumNames.Parse<KeepRule>(p.GetValue(keep)!);
            return PruneAsync(context, PlaceOptions.Of(p), p.GetValue(older), rule, p.GetValue(delete), cancellation);
        }, cancellation));
        return command;
    }

    /// <summary>A number of bytes as people read it.</summary>
    internal static string Size(long bytes) => bytes >= 1_000_000_000 ? Text($"{bytes / 1e9:F1} GB") : Text($"{bytes / 1e6:F1} MB");

    private static async Task<int> DeleteAsync(CliContext context, SearchPlace place, string id, bool dry, CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        var own = await OwnStagesAsync(session, id);
        if (dry)
        {
            await context.Output.WriteLineAsync($"{id} would go, with those of its {own.Count} stages that no other search has.");
            return ExitCode.Ok;
        }
        try
        {
            await session.DeleteAsync(id);
        }
        catch (InvalidOperationException e)
        {
            throw new IOException(e.Message, e); // it is at work, which is nothing unexpected
        }
        var cleaning = new StoreCleaning(session, context.Time);
        var plan = await cleaning.PlanAsync(TimeSpan.Zero, KeepRule.All, own, cancellation);
        long free = await cleaning.DeleteAsync(plan, cancellation);
        string shared = plan.Stages.Count < own.Count ? "; the others are of other searches too, or not there" : "";
        await context.Output.WriteLineAsync($"{id}: deleted, with {plan.Stages.Count} of its {own.Count} stages, {Size(free)}{shared}");
        return ExitCode.Ok;
    }

    private static async Task<HashSet<Core.Stages.StageKey>> OwnStagesAsync(ISearchSession session, string id)
    {
        var summary = await session.SummaryAsync(id);
        if (summary.Stages == 0)
        {
            return []; // of an earlier version, and cannot be read
        }
        return [.. (await session.PlanAsync(id)).Trajectories.SelectMany(t => t.Keys)];
    }

    private static async Task<int> PruneAsync(
        CliContext context, SearchPlace place, TimeSpan older, KeepRule keep, bool delete, CancellationToken cancellation)
    {
        if (place.Cluster is null && !Directory.Exists(place.Home))
        {
            await context.Output.WriteLineAsync($"Nothing to free: {place.Home} does not exist.");
            return ExitCode.Ok;
        }
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var cleaning = new StoreCleaning(session, context.Time);
        var plan = await cleaning.PlanAsync(older, keep, cancellation: cancellation);
        foreach (var kind in plan.Others.GroupBy(o => o.Name.Split('/')[0]).OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            string name = kind.Key == "stages" ? "snapshots of finished stages" : kind.Key;
            await context.Output.WriteLineAsync(Text($"{kind.Count(),7} {name}, {Size(kind.Sum(o => o.Bytes))}"));
        }
        await context.Output.WriteLineAsync(Text($"{plan.Stages.Count,7} stages, {Size(plan.Stages.Values.SelectMany(o => o).Sum(o => o.Bytes))}"));
        if (!delete)
        {
            await context.Output.WriteLineAsync($"{Size(plan.Bytes)} would be free, {Size(plan.KeptBytes)} stay. Nothing was deleted: say --delete for that.");
            return ExitCode.Ok;
        }
        await context.Output.WriteLineAsync($"{Size(await cleaning.DeleteAsync(plan, cancellation))} are free, {Size(plan.KeptBytes)} stayed.");
        return ExitCode.Ok;
    }

    private static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
}
