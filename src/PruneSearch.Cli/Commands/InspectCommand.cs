using System.CommandLine;
using PruneSearch.Cli.Detectors;
using PruneSearch.Cli.Inspecting;
using PruneSearch.Core.Files;

namespace PruneSearch.Cli.Commands;

/// <summary><c>prunesearch inspect</c>: what a detector consists of.</summary>
internal static class InspectCommand
{
    private const DetectorForms Forms = DetectorForms.Folder | DetectorForms.SearchFile | DetectorForms.Specification;

    public static Command Create(CliContext context)
    {
        var source = new Argument<string>("DETECTOR") { Description = $"The detector: {NamedDetector.Expected(Forms)}" };
        var png = OutputOption.File("--png", "Draw MACs and parameters by part, unpruned and now");
        var command = new Command("inspect", "Show a detector's channel groups, MACs and parameters, unpruned and now") { source, png };
        command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () => Task.Run(() =>
        {
            var input = NamedDetector.Read(parsed.GetValue(source)!, Forms);
            var parts = PartCost.Of(input.Model);
            var console = Consoles.For(context);
            context.Output.WriteLine(InspectText.Title(input.Model.Spec));
            console.Write(InspectText.Groups(input.Model.Network));
            console.Write(InspectText.Parts(parts));
            if (parsed.GetValue(png) is { } path)
            {
                AtomicFile.Write(path, InspectPlot.Draw(input.Model.Spec, parts));
                context.Output.WriteLine($"Written to {path}");
            }
            return ExitCode.Ok;
        }, cancellation), cancellation));
        return command;
    }
}
