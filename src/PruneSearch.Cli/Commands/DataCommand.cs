using System.CommandLine;
using System.Globalization;
using PruneSearch.Client.Inputs;
using PruneSearch.Connections.Sessions;
using PruneSearch.Data.Images;

namespace PruneSearch.Cli.Commands;

/// <summary>Brings data to where the workers find it.</summary>
internal static class DataCommand
{
    /// <summary><c>data push FOLDER</c>.</summary>
    public static Command Create(CliContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Folder with pictures; folders in it count" };
        var push = new Command("push", "Put pictures into the checkpoint store, for workers that do not see their folder") { folder };
        push.SetAction((parsed, cancellation) =>
            ErrorLines.GuardAsync(context, () => PushAsync(context, PlaceOptions.Of(parsed), parsed.GetValue(folder)!, cancellation), cancellation));
        return new Command("data", "Bring data to where the workers find it") { push };
    }

    private static async Task<int> PushAsync(CliContext context, SearchPlace place, string folder, CancellationToken cancellation)
    {
        PictureFiles.In(folder); // refuses a folder without pictures before anything is opened
        Warnings.OtherFiles(context, folder);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        var pushed = await new PicturePush(session.Checkpoints).PushAsync(folder, cancellation);
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{pushed.Pictures} pictures ({pushed.Bytes / 1e6:F1} MB) in {folder}: {pushed.Sent} sent, {pushed.Pictures - pushed.Sent} were there already"));
        return ExitCode.Ok;
    }
}
