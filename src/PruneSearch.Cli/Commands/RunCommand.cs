using PruneSearch.Cli.Following;
using PruneSearch.Cli.Frontiers;
using PruneSearch.Cli.Sessions;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli.Commands;

/// <summary>Launches and resumes searches and follows them to their end.</summary>
internal static class RunCommand
{
    private const string QuickstartResource = "quickstart.yaml";

    /// <summary>Launches the search of a file.</summary>
    public static Task<int> RunAsync(CliContext context, string home, string file, CancellationToken cancellation) =>
        LaunchAsync(context, home, SearchFileReader.Read(file), cancellation);

    /// <summary>Launches the search that is part of the program.</summary>
    public static Task<int> QuickstartAsync(CliContext context, string home, CancellationToken cancellation)
    {
        using var reader = new StreamReader(typeof(RunCommand).Assembly.GetManifestResourceStream(QuickstartResource)
            ?? throw new InvalidOperationException($"The program lacks its resource {QuickstartResource}."));
        return LaunchAsync(context, home, SearchFileReader.Parse(reader.ReadToEnd(), QuickstartResource), cancellation);
    }

    /// <summary>Goes on with a search.</summary>
    public static async Task<int> ResumeAsync(CliContext context, string home, string id, bool retryFailed, CancellationToken cancellation)
    {
        Homes.RequireExisting(home, id);
        var session = await context.Sessions.OpenAsync(home, work: true, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await Homes.RequireSearchAsync(session, home, id).ConfigureAwait(false);
            await session.ResumeAsync(id, retryFailed).ConfigureAwait(false);
            return await FollowAsync(context, session, home, id, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<int> LaunchAsync(CliContext context, string home, SearchFile file, CancellationToken cancellation)
    {
        var launcher = new SearchLauncher(Homes.Drawn(home), context.Time) { IsTaken = id => Directory.Exists(Homes.Results(home, id)) };
        await context.Output.WriteLineAsync($"Checking data and weights of {file.Path} …").ConfigureAwait(false);
        Homes.RequireWritable(home);
        var search = await Task.Run(() => launcher.Check(file, cancellation), cancellation).ConfigureAwait(false);
        Warnings.Write(context, search.Warnings);
        var session = await context.Sessions.OpenAsync(home, work: true, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await SearchLauncher.PublishAsync(search, session.Checkpoints, cancellation).ConfigureAwait(false);
            Directory.CreateDirectory(Homes.Results(home, search.Plan.Id));
            await session.LaunchAsync(search.Plan).ConfigureAwait(false);
            var stages = search.Plan.Trajectories.SelectMany(t => t.Stages).ToList();
            int distinct = stages.Select(s => s.ComputeKey()).Distinct().Count();
            await context.Output.WriteLineAsync(
                $"Search {search.Plan.Id}: {search.Plan.Trajectories.Count} trajectories, {distinct} stages to run ({stages.Count} without sharing), " +
                $"{search.Train.Samples.Count} training and {search.Validation.Samples.Count} validation pictures, classes {string.Join(", ", search.Train.Classes)}").ConfigureAwait(false);
            return await FollowAsync(context, session, home, search.Plan.Id, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task<int> FollowAsync(CliContext context, ISearchSession session, string home, string id, CancellationToken cancellation)
    {
        SearchStatus end;
        try
        {
            end = await new SearchFollower(context, session).FollowAsync(id, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            string option = home == Homes.Standard ? "" : $" --home '{home}'";
            await context.Error.WriteLineAsync($"Interrupted. Go on with: prunesearch resume {id}{option}").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
        var view = await session.FrontierAsync(id).ConfigureAwait(false);
        if (view.Points.Count > 0)
        {
            FrontierTable.Write(context, view);
            string folder = FrontierFiles.WriteAll(view, Homes.Results(home, id));
            await context.Output.WriteLineAsync($"Written to {folder}: frontier.png, frontier.csv, frontier.json").ConfigureAwait(false);
        }
        foreach (var trajectory in end.Trajectories.Where(t => t.State == WorkState.Failed))
        {
            await context.Error.WriteLineAsync($"prunesearch: {trajectory.Name} failed: {trajectory.Reason}").ConfigureAwait(false);
        }
        if (end.State != WorkState.Completed)
        {
            await context.Error.WriteLineAsync($"prunesearch: search {id} {(end.State == WorkState.Cancelled ? "was cancelled" : "failed")}: {end.Reason}").ConfigureAwait(false);
        }
        return end.State == WorkState.Completed ? ExitCode.Ok : ExitCode.Failed;
    }
}
