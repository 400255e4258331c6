using PruneSearch.Cli.Following;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Cli.Growing;
using PruneSearch.Client.Inputs;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cli.Commands;

/// <summary>Launches and resumes searches and follows them to their end.</summary>
internal static class RunCommand
{
    private const string QuickstartResource = "quickstart.yaml";

    /// <summary>Launches the search of a file and follows it.</summary>
    /// <param name="place">Where it shall run.</param>
    /// <param name="ui">Whether a browser shows it.</param>
    /// <param name="slots">What the command line says of its slots, beside what the file says.</param>
    public static Task<int> RunAsync(
        CliContext context, SearchPlace place, string file, bool ui, Func<SlotSettings, SlotSettings> slots, CancellationToken cancellation)
    {
        var read = SearchFileReader.Read(file);
        return LaunchAsync(context, place, read with { Settings = read.Settings with { Slots = slots(read.Settings.Slots) } }, ui, cancellation);
    }

    public static Task<int> QuickstartAsync(CliContext context, SearchPlace place, CancellationToken cancellation)
    {
        using var reader = new StreamReader(typeof(RunCommand).Assembly.GetManifestResourceStream(QuickstartResource)
            ?? throw new InvalidOperationException($"The program lacks its resource {QuickstartResource}."));
        return LaunchAsync(context, place, SearchFileReader.Parse(reader.ReadToEnd(), QuickstartResource), ui: false, cancellation);
    }

    /// <summary>Goes on with a search.</summary>
    /// <param name="retryFailed">Whether failed stages are tried again.</param>
    /// <param name="data">Folders where its pictures lie now; then failed stages are tried again in any case.</param>
    /// <param name="more">What it may spend beyond its budget; <see langword="null"/> for nothing.</param>
    public static async Task<int> ResumeAsync(
        CliContext context, SearchPlace place, string id, bool retryFailed, string[] data, BudgetSettings? more, CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        await using var session = await context.Sessions.OpenAsync(place, work: true, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        var plan = await session.PlanAsync(id);
        RequireDevice(place, plan.DeviceClass);
        if (data.Length > 0)
        {
            foreach (string found in await MovedPictures.FindAsync(session.Checkpoints, plan, data, cancellation))
            {
                await context.Output.WriteLineAsync(found);
            }
        }
        if (more is not null)
        {
            await ExtendAsync(session, id, more);
        }
        await session.ResumeAsync(id, retryFailed || data.Length > 0);
        return await FollowAsync(context, session, place, id, cancellation);
    }

    /// <summary>Follows a search that runs elsewhere: in a cluster, or in another process on the same home.</summary>
    public static async Task<int> FollowAsync(CliContext context, SearchPlace place, string id, CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        return (await session.StatusAsync(id)).State == WorkState.Waiting
            ? throw new IOException($"Search {id} was interrupted and no process works on it. Go on with: prunesearch resume {id}{place.Options}")
            : await FollowAsync(context, session, place, id, cancellation);
    }

    private static async Task ExtendAsync(ISearchSession session, string id, BudgetSettings more)
    {
        try
        {
            await session.ExtendAsync(id, more);
        }
        catch (InvalidOperationException e)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private static async Task<int> LaunchAsync(CliContext context, SearchPlace place, SearchFile file, bool ui, CancellationToken cancellation)
    {
        await context.Output.WriteLineAsync($"Checking data and weights of {file.Path} …");
        RequireDevice(place, file.Settings.DeviceClass);
        HomeFolder.RequireWritable(place.Home);
        // Nothing is opened for a file that is wrong, unless what it names is there.
        var search = file.Settings.Data is DataSource.Stored ? null : await CheckAsync(context, place, file, store: null, cancellation);
        await using var session = await context.Sessions.OpenAsync(place, work: true, cancellation);
        search ??= await CheckAsync(context, place, file, session.Checkpoints, cancellation);
        bool drawnHere = place.Cluster is not null && file.Settings.Data is DataSource.Shapes; // no worker has these pictures
        await (drawnHere ? SearchLauncher.PublishWithPicturesAsync(search, session.Checkpoints, cancellation)
            : SearchLauncher.PublishAsync(search, session.Checkpoints, cancellation));
        Directory.CreateDirectory(HomeFolder.Results(place.Home, search.Plan.Id));
        await session.LaunchAsync(search.Plan);
        await context.Output.WriteLineAsync(
            $"Search {search.Plan.Id}: {Tries(search.Plan)}, {search.Data.Train.Samples.Count} training and {search.Data.Validation.Samples.Count} " +
            $"validation pictures, classes {string.Join(", ", search.Data.Train.Classes)}");
        await WarnOfDevicesAsync(context, session, search.Plan);
        await using var server = ui
            ? await WebServing.StartAsync(context, WebServing.Own(place, port: 0), session, opensBrowser: true, cancellation) : null;
        int code = await FollowAsync(context, session, place, search.Plan.Id, cancellation);
        if (server is not null)
        {
            await context.Output.WriteLineAsync("The page stays until Ctrl-C.");
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return code;
    }

    private static async Task<CheckedSearch> CheckAsync(
        CliContext context, SearchPlace place, SearchFile file, ICheckpointStore? store, CancellationToken cancellation)
    {
        var launcher = new SearchLauncher(HomeFolder.Drawn(place.Home), context.Time)
        {
            IsTaken = id => Directory.Exists(HomeFolder.Results(place.Home, id)),
            Store = store,
        };
        var search = await Task.Run(() => launcher.Check(file, cancellation), cancellation);
        Warnings.Write(context, search.Warnings);
        return search;
    }

    // The slot of a home is this machine's; which slots a cluster has may change.
    private static void RequireDevice(SearchPlace place, string deviceClass)
    {
        if (place.Cluster is null && deviceClass != DeviceClasses.Cpu)
        {
            _ = deviceClass == DeviceClasses.Cuda ? Devices.Select(deviceClass) : throw new SearchFileException(
                $"device-class: '{deviceClass}' is a class of a cluster's slots, expected {DeviceClasses.Cpu} or {DeviceClasses.Cuda} for a search on this " +
                "machine");
        }
    }

    // It is said and not refused: a device may come later, or its figures as a file.
    private static async Task WarnOfDevicesAsync(CliContext context, ISearchSession session, SearchPlan plan)
    {
        if (plan.MeasureOn.Count == 0)
        {
            return;
        }
        var there = (await session.WorkersAsync()).Where(w => !w.Gone).Select(w => w.Slot.DeviceClass).ToHashSet(StringComparer.Ordinal);
        Warnings.Write(context, [.. plan.MeasureOn.Where(on => !there.Contains(on)).Select(on =>
            $"measure.on: no slot of class {on} is known now: models are trained, and wait for their figures from there until one comes, or until " +
            "'prunesearch measure --read' brings them")]);
    }

    private static string Tries(SearchPlan plan)
    {
        if (plan.Growth is { } growth)
        {
            return GrowthText.Of(growth);
        }
        var stages = plan.Trajectories.SelectMany(t => t.Keys).ToList();
        return $"{plan.Trajectories.Count} trajectories, {stages.Distinct().Count()} stages to run ({stages.Count} without sharing)";
    }

    private static async Task<int> FollowAsync(CliContext context, ISearchSession session, SearchPlace place, string id, CancellationToken cancellation)
    {
        SearchStatus end;
        try
        {
            end = await TerminalProgress.FollowAsync(context, session, id, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await context.Error.WriteLineAsync(place.Cluster is null
                ? $"Interrupted. Go on with: prunesearch resume {id}{place.Options}"
                : $"The search goes on in the cluster. Follow it with: prunesearch follow {id}{place.Options}");
            return ExitCode.Interrupted;
        }
        var view = await session.FrontierAsync(id);
        var growth = end.Growth is null ? null : (await session.PlanAsync(id)).Growth;
        if (view.Points.Count > 0)
        {
            FrontierTable.Write(context, view, brief: growth is not null);
            string folder = FrontierFiles.WriteAll(view, HomeFolder.Results(place.Home, id));
            await context.Output.WriteLineAsync($"Written to {folder}: frontier.png, frontier.csv, frontier.json");
        }
        if (growth?.Goal is { } goal)
        {
            await context.Output.WriteLineAsync(GoalText.Answer(goal, view));
        }
        foreach (var failure in StageFailure.Of(end))
        {
            await context.Error.WriteLineAsync($"prunesearch: {failure.Who} failed: {failure.Reason}");
        }
        string again = $"prunesearch resume {id}{(end.State == WorkState.Cancelled ? "" : " --retry-failed")}{place.Options}";
        string? bad = end.State switch
        {
            WorkState.Completed => null,
            WorkState.Cancelled => $"was cancelled: {end.Reason}. Go on with: {again}",
            WorkState.CompletedWithFailures => $"completed with failures: {end.Reason}. Try them again with: {again}",
            _ => $"failed: {end.Reason}. When that is mended, try again with: {again}",
        };
        if (bad is not null)
        {
            await context.Error.WriteLineAsync($"prunesearch: search {id} {bad}");
        }
        return end.State switch
        {
            WorkState.Completed => ExitCode.Ok,
            WorkState.CompletedWithFailures => ExitCode.PartlyFailed,
            _ => ExitCode.Failed,
        };
    }
}
