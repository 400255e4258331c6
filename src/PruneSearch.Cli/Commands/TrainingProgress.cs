using System.Globalization;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Commands;

/// <summary>Shows how far a training is: one line that changes on a terminal, a line now and then elsewhere.</summary>
internal sealed class TrainingProgress(CliContext context)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10), TerminalInterval = TimeSpan.FromSeconds(0.5);

    private readonly long _start = context.Time.GetTimestamp();
    private TimeSpan? _shown;
    private string _part = "";

    public void Show(StageProgress progress)
    {
        var now = context.Time.GetElapsedTime(_start);
        bool step = progress.Steps > 0, ends = step && progress.Step == progress.Steps;
        if (progress.Part == _part && (!step || (now - _shown < (context.IsTerminal ? TerminalInterval : Interval) && !ends)))
        {
            return;
        }
        if (!step)
        {
            _part = progress.Part;
            return; // steps say more
        }
        _shown = now;
        string line = string.Create(CultureInfo.InvariantCulture,
            $"step {progress.Step}/{progress.Steps}  loss {progress.Loss:0.000}  {progress.ImagesPerSecond:0.0} images/s");
        if (context.IsTerminal)
        {
            context.Output.Write($"\r{line}   {(ends ? "\n" : "")}");
        }
        else
        {
            context.Output.WriteLine(line);
        }
        context.Output.Flush();
    }
}
