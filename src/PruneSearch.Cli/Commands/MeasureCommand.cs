using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PruneSearch.Cli.Detectors;
using PruneSearch.Client.SearchFiles;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Settings;
using PruneSearch.Core.Stages;
using PruneSearch.Data.Images;
using PruneSearch.Detection.Devices;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using PruneSearch.Stages;

namespace PruneSearch.Cli.Commands;

/// <summary>Measures exported models side by side.</summary>
internal static class MeasureCommand
{
    public static Command Create(CliContext context)
    {
        var files = TextOption.Several("MODEL", "ONNX files; the first is what the others are compared with");
        files.Arity = ArgumentArity.ZeroOrMore; // with --bundle and --read there are none
        var search = TextOption.Create("--search", "For --bundle: identifier of a search that has measure.on in its file", "ID");
        var bundle = OutputOption.Folder("--bundle", "Write a folder with the models of --search that have no figure yet, for a device without a network");
        var on = TextOption.Create("--on", "For --bundle: the device class, where the search has several", "CLASS");
        var program = TextOption.Create("--program", "For --bundle: folder of the published measuring program of the device's system, to go with it", "FOLDER");
        var read = TextOption.Create("--read", "Read the results.json that such a folder got on the device into its search", "FILE");
        var threads = SettingOption.WholeNumber<MeasureSettings>("threads");
        var seconds = SettingOption.Number<MeasureSettings>("max-seconds", standard: 30); // all models together
        var repeat = NumberOption.Create("--repeat", "Measurements to make, one after another", 1, 1, 100);
        var engine = SettingOption.Choice<MeasureSettings>("engine");
        var device = TextOption.Create("--device", "Device of the engine torch: cpu, cuda or cuda:N", "DEVICE");
        device.DefaultValueFactory = _ => "cpu";
        var image = TextOption.Create("--image", "Picture on which pre- and post-processing are timed too", "IMAGE");
        var json = OutputOption.File("--json", "Write all figures as JSON");
        var command = new Command("measure", "Measure the speed of exported models side by side")
        {
            files, threads, seconds, repeat, engine, device, image, json, search, bundle, on, program, read,
        };
        command.SetAction((p, c) => ErrorLines.GuardAsync(context, () =>
            RequireOne(p.GetValue(files) ?? [], p.GetValue(bundle), p.GetValue(search), p.GetValue(read)) is { } results
                ? MeasureElsewhere.ReadAsync(context, PlaceOptions.Of(p), results, c)
            : p.GetValue(bundle) is { } folder
                ? MeasureElsewhere.BundleAsync(context, PlaceOptions.Of(p), p.GetValue(search)!, p.GetValue(on), folder, p.GetValue(program), c)
            : RunAsync(context, p.GetValue(files)!, new Settings(
            p.GetValue(threads), p.GetValue(seconds), p.GetValue(repeat), EnumNames.Parse<MeasuringEngine>(p.GetValue(engine)!), p.GetValue(device)!,
            p.GetValue(image), p.GetValue(json)), c), c));
        return command;
    }

    private static string? RequireOne(string[] files, string? bundle, string? search, string? read) =>
        (files.Length > 0 ? 1 : 0) + (bundle is null ? 0 : 1) + (read is null ? 0 : 1) != 1
            ? throw new SearchFileException("measure: expected one of MODEL (ONNX files), --bundle and --read")
        : (bundle is null) != (search is null) ? throw new SearchFileException("measure: expected --bundle and --search together")
        : read;

    private static async Task<int> RunAsync(CliContext context, string[] files, Settings settings, CancellationToken cancellation)
    {
        byte[][] contents = [.. files.Select(f => NamedDetector.ReadOnnx(f))];
        LatencyCandidate[] models = [.. files.Zip(contents, (name, content) => Candidate(context, name, content, settings))];
        string processing = settings.Image is { } image ? await Task.Run(() => Processing(files, contents, image, settings.Threads), cancellation) : "";
        var tables = new List<LatencyTable>();
        for (int i = 0; i < settings.Repeat; i++)
        {
            tables.Add(await Task.Run(() =>
                LatencyTable.Measure(models, new LatencyOptions { MaxSeconds = settings.MaxSeconds }, context.Time, cancellation), cancellation));
        }
        await context.Output.WriteAsync(tables[^1].ToMarkdown());
        if (tables.Count > 1)
        {
            await context.Output.WriteAsync($"\nSpeed-ups of {tables.Count} measurements:\n\n{LatencyRepetitions.ToMarkdown(tables)}");
        }
        await context.Output.WriteAsync(processing);
        if (settings.Json is { } path)
        {
            AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(tables.Select(t => t.Rows), CoreJson.Readable));
        }
        return ExitCode.Ok;
    }

    private static LatencyCandidate Candidate(CliContext context, string name, byte[] content, Settings settings)
    {
        if (settings.Engine == MeasuringEngine.OnnxRuntime)
        {
            if (OnnxAnswer.Problem(content, name) is { } problem) // whatever is wrong with a file is told before anything is measured
            {
                context.Error.WriteLine($"warning: {name}: {problem}, on a picture of noise");
            }
            return LatencyCandidate.Onnx(name, content, settings.Threads);
        }
        return TorchCandidate(name, content, settings);
    }

    private static LatencyCandidate TorchCandidate(string name, byte[] content, Settings settings)
    {
        var exported = ExportedModel.Read(content, name);
        if (exported.Precision != "float32")
        {
            throw new FormatException($"{name}: the model computes with {exported.Precision}, which the engine torch does not run, expected float32");
        }
        try
        {
            var device = TorchDevices.Select(settings.Device);
            return new LatencyCandidate(name, content.Length, TorchLatencyEngine.Loader(exported.Model, device, settings.Threads));
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static string Processing(string[] files, byte[][] contents, string path, int threads)
    {
        var image = ImageDecoder.Decode(path);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"\nAround the network, {path} ({image.Width}×{image.Height}), medians:\n\n| model | pre-processing ms | " +
                $"post-processing ms |\n|---|---|---|\n");
        foreach (var (name, content) in files.Zip(contents))
        {
            using var detector = OnnxDetector.Load(content, name, threads);
            var times = ProcessingMeter.Measure(detector, [image]);
            text.Append(CultureInfo.InvariantCulture,
                $"| {name} | {times.PreProcessing:F2} | {(detector.EndToEnd ? "in the network" : $"{times.PostProcessing:F2}")} |\n");
        }
        return text.ToString();
    }

    private sealed record Settings(int Threads, double MaxSeconds, int Repeat, MeasuringEngine Engine, string Device, string? Image, string? Json);
}
