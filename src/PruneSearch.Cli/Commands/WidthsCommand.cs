using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PruneSearch.Cli.Detectors;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Files;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Turns a speed into widths: fits a quick latency model to measured structures, asks it, and measures what it answers.</summary>
internal static class WidthsCommand
{
    private static readonly ChannelGroupKind[] Kinds = Enum.GetValues<ChannelGroupKind>();

    public static Command Create(CliContext context)
    {
        var model = new Argument<string>("MODEL") { Description = "Exported ONNX file of the dense model" };
        var speedUp = NumberOption.Create("--speed-up", "How many times as fast the pruned model shall be", 2.0,
            new SettingType.Number(1, 100, MinExclusive: false, MaxExclusive: false));
        var groups = ChoiceOption.Several("--groups", "Kinds of channel groups that lose channels", EnumNames.Of<ChannelGroupKind>());
        var roundTo = SettingOption.WholeNumber<PruneSettings>("round-to");
        var structures = NumberOption.Create("--structures", "Structures to measure and fit", 12, QuickLatencyModel.MinimumStructures, 64);
        var threads = SettingOption.WholeNumber<MeasureSettings>("threads");
        var seconds = SettingOption.Number<MeasureSettings>("max-seconds", standard: 30); // each of two with several models
        var json = OutputOption.File("--json", "Write the widths as JSON");
        var command = new Command("widths", "Find the widths of a detector that reach a speed")
        {
            model, speedUp, groups, roundTo, structures, threads, seconds, json,
        };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () => RunAsync(context, p.GetValue(model)!, new Settings(
            p.GetValue(speedUp), [.. Kinds.Where(k => p.GetValue(groups)!.Contains(EnumNames.Of(k)))], p.GetValue(roundTo),
            p.GetValue(structures), p.GetValue(threads),
            new LatencyOptions { MaxSeconds = p.GetValue(seconds) }, p.GetValue(json)), c), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string path, Settings settings, CancellationToken cancellation)
    {
        var dense = ExportedModel.Read(NamedDetector.ReadOnnx(path), path).Model;
        dense = dense.RelativeTo(dense.Spec);
        var (latency, target, verified) = await Task.Run(() =>
        {
            var chosen = StructureSampling.Choose(dense, settings.Structures, settings.RoundTo, settings.Kinds);
            var fitted = QuickLatencyModel.Fit(
                StructureSampling.Measure(chosen, m => RandomWeights.For(m, 1), settings.Threads, settings.Options, context.Time, cancellation));
            var widths = WidthsForSpeedUp.Find(fitted, dense, settings.SpeedUp, settings.RoundTo, settings.Kinds);
            return (fitted, widths, Verify(dense, widths, settings, context.Time, cancellation));
        }, cancellation);

        await context.Output.WriteAsync(Text(dense, latency, target, verified, settings));
        if (settings.Json is { } file)
        {
            AtomicFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(target.Widths, CoreJson.Readable));
        }
        return target.Reached ? ExitCode.Ok : ExitCode.Failed;
    }

    private static LatencyTable Verify(DetectorModel dense, SpeedTarget target, Settings settings, TimeProvider time, CancellationToken cancellation) =>
        LatencyTable.Measure(
        [.. new[] { ("dense", dense), ("these widths", dense.With(target.Widths)) }
            .Select(m => LatencyCandidate.Onnx(m.Item1, OnnxExport.ToBytes(m.Item2, RandomWeights.For(m.Item2, 1)), settings.Threads))],
        settings.Options, time, cancellation);

    private static string Text(DetectorModel dense, QuickLatencyModel latency, SpeedTarget target, LatencyTable verified, Settings settings)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Fitted to {latency.HeldOut.Structures} measured structures; each predicted from the others: mean error {latency.HeldOut.Mean:P1}, largest " +
            $"{latency.HeldOut.Largest:P1}.");
        text.Append(CultureInfo.InvariantCulture,
            $"{(target.Reached ? "Predicted" : $"{settings.SpeedUp:0.00}× cannot be reached; the narrowest are predicted")} to be ").AppendLine(
            CultureInfo.InvariantCulture, $"{target.PredictedSpeedUp:0.00}× as fast, with {target.Share:P1} of the channels gone from each group:");
        text.AppendLine().AppendLine("| group | dense | width |").AppendLine("|---|---|---|");
        foreach (var group in dense.Network.Groups.Where(g => target.Widths[g.Name] != g.DenseWidth))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {group.Name} | {group.DenseWidth} | {target.Widths[group.Name]} |");
        }
        return text.AppendLine().AppendLine("Measured:").AppendLine().Append(verified.ToMarkdown()).ToString();
    }

    private sealed record Settings(double SpeedUp, ChannelGroupKind[] Kinds, int RoundTo, int Structures, int Threads, LatencyOptions Options, string? Json);
}
