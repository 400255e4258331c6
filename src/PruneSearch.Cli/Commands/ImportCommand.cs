using System.CommandLine;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;

namespace PruneSearch.Cli.Commands;

/// <summary>Takes over a detector that another program trained.</summary>
internal static class ImportCommand
{
    private const int MaxLabelBytes = 1 << 20;
    private static readonly string[] BackgroundNames = ["background", "__background__", "???", "none"];

    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE") { Description = "TensorFlow Lite file, PyTorch state dict (.pth, .pt or safetensors), or safetensors of this program" };
        var folder = OutputOption.Folder("--out", "Folder for detector.json, weights.safetensors and labels.txt");
        folder.Required = true;
        var labels = new Option<string?>("--labels") { Description = "Names of the class outputs, one a line, background first", HelpName = "TXT" };
        var scores = ChoiceOption.Create("--scores", "How class outputs become scores, where the file does not show it", ["sigmoid", "softmax"]);
        var size = NumberOption.Create("--input-size", "Edge of the input in pixels, for safetensors", 300, 32, 4096);
        var seed = NumberOption.Create("--seed", "Seed of tensors that the file does not have", 1, 0, int.MaxValue);
        var normalisation = ChoiceOption.Create(
            "--normalisation", "What a PyTorch backbone was trained on, pictures normalised as for ImageNet, or from -1 to 1", ["imagenet", "none"], "imagenet");
        var command = new Command("import", "Take over trained weights: TensorFlow Lite, PyTorch state dicts") { file, folder, labels, scores, size, seed, normalisation };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () => RunAsync(context, p.GetValue(file)!, p.GetValue(folder)!, new ImportOptions
        {
            Classes = p.GetValue(labels) is { } path ? ReadLabels(path) : null,
            Scores = p.GetValue(scores) switch { "sigmoid" => ScoreFunction.Sigmoid, "softmax" => ScoreFunction.Softmax, _ => null },
            InputSize = p.GetValue(size),
            Seed = p.GetValue(seed),
            ImageNetNormalisation = p.GetValue(normalisation) == "imagenet",
        }), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string file, string folder, ImportOptions options)
    {
        try
        {
            var imported = DetectorImport.Read(file, options);
            DetectorFolder.Write(folder, imported.Model, imported.Weights);
            foreach (string note in imported.Notes)
            {
                await context.Output.WriteLineAsync(note).ConfigureAwait(false);
            }
            var spec = imported.Model.Spec;
            await context.Output.WriteLineAsync(FormattableString.Invariant(
                $"{spec.Classes.Count} {(spec.Classes.Count == 1 ? "class" : "classes")}, {imported.Model.Network.Parameters:N0} parameters, {imported.Model.DefaultBoxes.Count:N0} default boxes, batch norms {(spec.BatchNorm ? "kept" : "folded")}")).ConfigureAwait(false);
            await context.Output.WriteLineAsync($"Written to {folder}: {DetectorFolder.DetectorFile}, {DetectorFolder.WeightsFile}, {DetectorFolder.LabelsFile}").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (FormatException e)
        {
            throw new IOException(e.Message, e); // bad input
        }
    }

    private static string[] ReadLabels(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxLabelBytes } large)
        {
            throw new IOException($"{path}: {large.Length} bytes, expected a class name a line, at most {MaxLabelBytes} bytes");
        }
        string[] names = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0)];
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        return names.Length < 2 ? throw new IOException($"{path}: {names.Length} names, expected the background's and at least one class")
            : twice is not null ? throw new IOException($"{path}: '{twice}' stands twice, expected different names")
            : BackgroundNames.Contains(names[0], StringComparer.OrdinalIgnoreCase) ? names[1..]
            : throw new IOException($"{path}: the first name is '{names[0]}', expected the background's ({string.Join(", ", BackgroundNames)})");
    }
}
