using System.CommandLine;
using System.Globalization;
using PruneSearch.Cli.Detectors;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Settings;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Takes over a detector that another program trained.</summary>
internal static class ImportCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "TensorFlow Lite file, PyTorch state dict (.pth, .pt or safetensors), or safetensors of this program",
        };
        var folder = OutputOption.Folder("--out", "Folder for detector.json, weights.safetensors and labels.txt");
        folder.Required = true;
        var architecture = ChoiceOption.Create("--architecture", "The kind of detector; what the names of the tensors say when left out",
            DetectorCatalog.Names);
        var labels = TextOption.Create("--labels", "Names of the class outputs, one a line, background first where it is one", "TXT");
        var scores = ChoiceOption.Create("--scores", "How class outputs become scores, where the file does not show it", EnumNames.Of<ScoreFunction>());
        var size = InputSizeOption.Create("Edge of the input in pixels, where the file does not tell it");
        var seed = NumberOption.Create("--seed", "Seed of tensors that the file does not have", 1, 0, int.MaxValue);
        var normalisation = ChoiceOption.Create(
            "--normalisation", "What a PyTorch backbone was trained on, pictures normalised as for ImageNet, or from -1 to 1",
            ["imagenet", "none"], "imagenet");
        var command = new Command("import", "Take over trained weights: TensorFlow Lite, PyTorch state dicts")
        {
            file, folder, architecture, labels, scores, size, seed, normalisation,
        };
        ImportOptions Options(ParseResult p) => new()
        {
            Scores = EnumNames.Find<ScoreFunction>(p.GetValue(scores)),
            InputSize = p.GetValue(size),
            Architecture = p.GetValue(architecture),
            Seed = p.GetValue(seed),
            ForeignNormalisation = p.GetValue(normalisation) == "imagenet",
        };
        command.SetAction((p, c) => ErrorLines.GuardAsync(
            context, () => RunAsync(context, p.GetValue(file)!, p.GetValue(folder)!, p.GetValue(labels), Options(p)), c));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string file, string folder, string? labels, ImportOptions options)
    {
        var imported = NamedDetector.Import(file, labels, options);
        OnnxAnswer.RequireFinite(OnnxExport.ToBytes(imported.Model, imported.Weights), file);
        DetectorFolder.Write(folder, imported.Model, imported.Weights);
        foreach (string note in imported.Notes)
        {
            await context.Output.WriteLineAsync(note);
        }
        var spec = imported.Model.Spec;
        await context.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"{spec.Classes.Count} {(spec.Classes.Count == 1 ? "class" : "classes")}, {imported.Model.Network.Parameters:N0} parameters, " +
            $"{imported.Model.References.Count:N0} reference boxes, batch norms {(spec.BatchNorm ? "kept" : "folded")}"));
        await context.Output.WriteLineAsync($"Written to {folder}: {DetectorFolder.DetectorFile}, {DetectorFolder.WeightsFile}, {DetectorFolder.LabelsFile}");
        return ExitCode.Ok;
    }
}
