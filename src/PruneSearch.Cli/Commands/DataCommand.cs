using System.CommandLine;
using System.Globalization;
using PruneSearch.Client.Inputs;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Connections.Sessions;
using PruneSearch.Data.Images;

namespace PruneSearch.Cli.Commands;

/// <summary>Brings data to where the workers find it.</summary>
internal static class DataCommand
{
    /// <summary><c>data push PATH</c>.</summary>
    public static Command Create(CliContext context)
    {
        var path = new Argument<string>("PATH")
        {
            Description = "Folder with pictures; folders in it count. Or a search file: its data, with the annotations, for searches that name it by its keys",
        };
        var push = new Command("push", "Put pictures into the checkpoint store, for workers that do not see their folder") { path };
        push.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () =>
            PushAsync(context, PlaceOptions.Of(parsed), parsed.GetValue(path)!, cancellation), cancellation));
        return new Command("data", "Bring data to where the workers find it") { push };
    }

    private static Task<int> PushAsync(CliContext context, SearchPlace place, string path, CancellationToken cancellation) =>
        File.Exists(path) ? PushSplitsAsync(context, place, path, cancellation) : PushFolderAsync(context, place, path, cancellation);

    private static async Task<int> PushSplitsAsync(CliContext context, SearchPlace place, string file, CancellationToken cancellation)
    {
        var source = SearchFileReader.ReadData(file);
        var splits = await Task.Run(() => new SearchLauncher(HomeFolder.Drawn(place.Home), context.Time).ReadData(source, cancellation), cancellation);
        Warnings.Write(context, splits.Warnings);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await WriteAsync(context, file, await new PicturePush(session.Checkpoints).PushAsync(splits, cancellation));
        string test = splits.Test is { } t ? $", test: {t.ManifestHash}" : "";
        await context.Output.WriteLineAsync("A search file names them as");
        string train = splits.Train.ManifestHash, validation = splits.Validation.ManifestHash;
        await context.Output.WriteLineAsync($"data: {{format: stored, train: {train}, validation: {validation}{test}}}");
        return ExitCode.Ok;
    }

    private static async Task<int> PushFolderAsync(CliContext context, SearchPlace place, string folder, CancellationToken cancellation)
    {
        PictureFiles.In(folder); // refuses a folder without pictures before anything is opened
        Warnings.OtherFiles(context, folder);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await WriteAsync(context, folder, await new PicturePush(session.Checkpoints).PushAsync(folder, cancellation));
        return ExitCode.Ok;
    }

    private static Task WriteAsync(CliContext context, string place, PushedPictures pushed) => context.Output.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"{pushed.Pictures} pictures ({pushed.Bytes / 1e6:F1} MB) in {place}: {pushed.Sent} sent, {pushed.Pictures - pushed.Sent} were there already"));
}
