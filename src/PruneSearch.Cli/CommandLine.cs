using System.CommandLine;
using PruneSearch.Cli.Commands;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cli;

/// <summary>The <c>prunesearch</c> command: its arguments, and errors as one line with an exit code.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context)
    {
        var parsed = Root(context).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            await context.Error.WriteLineAsync($"prunesearch: {ErrorText.OneLine(Explain(parsed))}");
            return ExitCode.BadInput;
        }
        var configuration = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeToStop, // a stage saves its state before it gives up its slot
        };
        return await parsed.InvokeAsync(configuration);
    }

    // A word that is no command is told as such, and not as the lack of one.
    private static string Explain(ParseResult parsed) =>
        parsed is { CommandResult.Command.Subcommands: { Count: > 0 } commands, UnmatchedTokens: [var word, ..] } && !word.StartsWith('-')
        ? $"'{word}' is no command, expected one of {string.Join(", ", commands.Select(c => c.Name))}"
        : parsed.Errors[0].Message;

    /// <summary>All commands, with their arguments and options.</summary>
    internal static RootCommand Root(CliContext context)
    {
        var home = new Option<string>("--home")
        {
            Description = "Folder of searches and their results",
            Recursive = true,
            DefaultValueFactory = _ => SearchPlace.DefaultHome,
            HelpName = "FOLDER",
        };
        var cluster = TextOption.Create("--cluster", "Searches of a running cluster: HOST:PORT of a gateway, or its settings file", "CLUSTER");
        cluster.Recursive = true;
        var file = new Argument<string>("FILE") { Description = "The search file (YAML)" };
        var ui = new Option<bool>("--ui") { Description = "Show the searches in a browser meanwhile, and afterwards until Ctrl-C" };
        var id = new Argument<string>("ID") { Description = "The search's identifier, as list shows it" };
        var retry = new Option<bool>("--retry-failed") { Description = "Try stages again that failed for good" };
        var data = new Option<string[]>("--data")
        {
            Description = "Folders where the pictures of the search lie now, when they were moved; tries again what failed",
            HelpName = "FOLDER",
            AllowMultipleArgumentsPerToken = true,
        };
        var more = new SettingOptions<BudgetSettings> { Purpose = "Add to the budget of a search that grows. " };
        var slots = new SettingOptions<SlotSettings>();
        var worker = new Argument<string>("WORKER") { Description = "Name of a worker, as workers shows it" };
        var details = new Option<bool>("--details") { Description = "Show the end of the log of each stage that failed" };
        var sizes = new Option<bool>("--sizes") { Description = "Show what the stages of each search take; those that searches share count for each" };
        var deviceClass = TextOption.Create("--device", "Show the models as they are on this device class, one of the search file's measure.on", "CLASS");
        var json = OutputOption.File("--json", "Write all points as JSON", terminal: true);
        var csv = OutputOption.File("--csv", "Write all points as CSV", terminal: true);
        var png = OutputOption.File("--png", "Draw the frontier");
        var root = new RootCommand("Finds the pruned detectors that are worth having: accuracy against measured speed.")
        {
            home,
            cluster,
            SiloCommand.Create(context),
            UiCommand.Create(context),
            TrainCommand.Create(context),
            EvaluateCommand.Create(context),
            Command("quickstart", "Run a small search on drawn pictures: nothing to download", (p, c) =>
                RunCommand.QuickstartAsync(context, PlaceOptions.Of(p), c)),
            Command("run", "Launch a search and follow it", (p, c) =>
                RunCommand.RunAsync(context, PlaceOptions.Of(p), p.GetValue(file)!, p.GetValue(ui), s => slots.Apply(p, s), c), [file, ui, .. slots.All]),
            Command("resume", "Go on with a search after an interruption", (p, c) =>
                RunCommand.ResumeAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, p.GetValue(retry), p.GetValue(data) ?? [],
                more.ApplyAny(p, new BudgetSettings()), c), [id, retry, data, .. more.All]),
            Command("follow", "Follow a search that runs elsewhere, in a cluster or another process", (p, c) =>
                RunCommand.FollowAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, c), id),
            Command("list", "Show all searches", (p, c) => QueryCommands.ListAsync(context, PlaceOptions.Of(p), p.GetValue(sizes), c), sizes),
            Command("status", "Show how a search stands", (p, c) =>
                QueryCommands.StatusAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, p.GetValue(details), c), id, details),
            Command("frontier", "Show the models that are worth having", (p, c) => QueryCommands.FrontierAsync(
                context, PlaceOptions.Of(p), p.GetValue(id)!, p.GetValue(deviceClass),
                new(p.GetValue(json), p.GetValue(csv), p.GetValue(png)), c),
                id, deviceClass, json, csv, png),
            ReportCommand.Create(context),
            ExportCommand.Create(context),
            MeasureCommand.Create(context),
            CompareCommand.Create(context),
            DetectCommand.Create(context),
            WidthsCommand.Create(context),
            PruneCommand.Create(context),
            InspectCommand.Create(context),
            SensitivityCommand.Create(context),
            ImportCommand.Create(context),
            Command("workers", "Show every slot and what it does", (p, c) => WorkerCommands.ListAsync(context, PlaceOptions.Of(p), c)),
            QueueCommand.Create(context),
            Command("priority", "Give a search another priority or share of the slots", (p, c) => QueryCommands.PrioritiseAsync(
                context, PlaceOptions.Of(p), p.GetValue(id)!, s => slots.Apply(p, s), c), [id, .. slots.All]),
            Command("drain", "Let a worker end its stage and take no new one", (p, c) =>
                WorkerCommands.DrainAsync(context, PlaceOptions.Of(p), p.GetValue(worker)!, drained: true, c), worker),
            Command("undrain", "Let a drained worker take stages again", (p, c) =>
                WorkerCommands.DrainAsync(context, PlaceOptions.Of(p), p.GetValue(worker)!, drained: false, c), worker),
            CertificatesCommand.Create(context),
            Command("cancel", "Stop a search", (p, c) => QueryCommands.CancelAsync(context, PlaceOptions.Of(p), p.GetValue(id)!, c), id),
            CleaningCommands.CreateDelete(context),
            CleaningCommands.CreatePruneStore(context),
            DataCommand.Create(context),
        };
        EmptyTexts.Refuse(root);
        return root;

        Command Command(string name, string description, Func<ParseResult, CancellationToken, Task<int>> action, params Symbol[] symbols)
        {
            var command = new Command(name, description);
            foreach (var symbol in symbols)
            {
                if (symbol is Argument argument)
                {
                    command.Add(argument);
                }
                else
                {
                    command.Add((Option)symbol);
                }
            }
            command.SetAction((parsed, cancellation) => ErrorLines.GuardAsync(context, () => action(parsed, cancellation), cancellation));
            return command;
        }
    }
}
