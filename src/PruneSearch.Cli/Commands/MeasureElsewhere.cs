using System.Security.Cryptography;
using System.Text.Json;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using PruneSearch.Core.Storage;
using PruneSearch.Inference.Measuring;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Cli.Commands;

/// <summary>Takes models to a device without a network, and brings its figures back.</summary>
internal static class MeasureElsewhere
{
    private const string Program = "program";

    /// <summary>Writes a folder with the models of a search that have no figure on a device class yet.</summary>
    /// <param name="place">Where the search is.</param>
    /// <param name="deviceClass">The class; <see langword="null"/> for the only one that it measures on.</param>
    /// <param name="folder">The folder, which is not there or empty.</param>
    /// <param name="program">Folder of the published measuring program, which goes with them; <see langword="null"/> for none.</param>
    public static Task<int> BundleAsync(
        CliContext context, SearchPlace place, string id, string? deviceClass, string folder, string? program, CancellationToken cancellation) =>
        WithSearchAsync(context, place, id, async session =>
        {
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            {
                throw new IOException($"--bundle {folder}: is there and not empty, expected a new folder");
            }
            var plan = await session.PlanAsync(id);
            string on = ClassOf(plan, deviceClass);
            var names = (await session.FrontierAsync(id)).Points.Where(p => !p.IsQuantised).ToDictionary(p => p.Report.Key, PointNames.Of);
            var models = new List<BundledModel>();
            Directory.CreateDirectory(Path.Combine(folder, "models"));
            foreach (var (key, (model, stage)) in Measurements(plan, on))
            {
                if (names.TryGetValue(model, out string? name) && !await session.Checkpoints.ExistsAsync(CheckpointNames.Report(key), cancellation))
                {
                    var files = await StoredFiles.ReadAsync(session.Checkpoints, model, stage, cancellation);
                    files.WriteTo(folder);
                    models.Add(files.Describe(key, model, name, stage.Measure));
                }
            }
            var bundle = new MeasuringBundle { Format = MeasuringBundle.CurrentFormat, Search = id, DeviceClass = on, Models = models };
            if (program is not null)
            {
                Copy(program, Path.Combine(folder, Program));
            }
            WriteScripts(folder);
            // Last: with it the folder is whole.
            AtomicFile.Write(Path.Combine(folder, MeasuringBundle.FileName), JsonSerializer.SerializeToUtf8Bytes(bundle, CoreJson.Readable));
            await context.Output.WriteLineAsync($"{folder}: {models.Count} models of {id} for {on}. Take it to the device, run measure.sh or measure.cmd " +
                $"there{(program is null ? $" (the published measuring program belongs into its folder '{Program}')" : "")}, bring results.json back and " +
                $"read it with: prunesearch measure --read results.json{place.Options}");
        }, cancellation);

    /// <summary>Reads a file of results into the search that it is of.</summary>
    public static Task<int> ReadAsync(CliContext context, SearchPlace place, string path, CancellationToken cancellation)
    {
        var results = BundleResults.Read(path);
        return WithSearchAsync(context, place, results.Search, async session =>
        {
            var plan = await session.PlanAsync(results.Search);
            if (!plan.MeasureOn.Contains(results.DeviceClass))
            {
                throw new FormatException($"{path}: is of device class '{ErrorText.OneLine(results.DeviceClass)}', on which search {plan.Id} does not " +
                    $"measure, expected {(plan.MeasureOn.Count == 0 ? "none" : string.Join(" or ", plan.MeasureOn))}");
            }
            var known = Measurements(plan, results.DeviceClass);
            var reports = new List<StageReport>();
            foreach (var result in results.Results) // all are looked at before one is handed in
            {
                var model = result.Model;
                if (!known.TryGetValue(model.Key, out var planned) || planned.Model != model.Model)
                {
                    throw new FormatException($"{path}: has model '{ErrorText.OneLine(model.Name)}', which search {plan.Id} does not have");
                }
                var files = await StoredFiles.ReadAsync(session.Checkpoints, model.Model, planned.Stage, cancellation);
                if (files.Describe(model.Key, model.Model, model.Name, model.Settings) != model || (model.Quantised is null) != (result.Quantised is null))
                {
                    throw new FormatException($"{path}: model '{ErrorText.OneLine(model.Name)}' is not the one that search {plan.Id} has now: its " +
                        "file changed");
                }
                reports.Add(MeasuringRunner.ReportOf(model.Key, files.Report, result.Latency, result.Quantised) with { Finished = context.Time.GetUtcNow() });
            }
            int came = 0;
            foreach (var report in reports)
            {
                came += await session.SupplyAsync(report) ? 1 : 0;
            }
            await context.Output.WriteLineAsync($"{plan.Id}: {came} figures from {results.DeviceClass}" +
                $"{(came < reports.Count ? $", {reports.Count - came} were there already" : "")}. Its frontier: prunesearch frontier {plan.Id} --device " +
                $"{results.DeviceClass}{place.Options}");
        }, cancellation);
    }

    private static Dictionary<StageKey, (StageKey Model, StageDescription Stage)> Measurements(SearchPlan plan, string deviceClass) =>
        plan.Trajectories.SelectMany(t => t.Stages.Zip(t.Keys)).DistinctBy(s => s.Second)
            .ToDictionary(s => s.First.Measured(s.Second, deviceClass).ComputeKey(), s => (s.Second, s.First));

    private static string ClassOf(SearchPlan plan, string? asked) => (plan.MeasureOn, asked) switch
    {
        ([], _) => throw new FormatException($"Search {plan.Id} measures on no other device class: its file has no measure.on"),
        ([var only], null) => only,
        ({ } several, { } one) when several.Contains(one) => one,
        ({ } several, _) => throw new FormatException($"--on {(asked is null ? "is missing" : $"is '{asked}'")}, expected {string.Join(" or ", several)}"),
    };

    private static void WriteScripts(string folder)
    {
        AtomicFile.Write(Path.Combine(folder, "measure.sh"), $"""
            #!/bin/sh
            # Measures the models of this folder; what came out stands in results.json. Ctrl-C and a second start go on where it stopped.
            cd "$(dirname "$0")" && chmod +x {Program}/prunesearch-measure && exec {Program}/prunesearch-measure bundle . "$@"

            """.ReplaceLineEndings("\n"), OperatingSystem.IsWindows() ? null : (UnixFileMode)Convert.ToInt32("755", 8));
        AtomicFile.Write(Path.Combine(folder, "measure.cmd"), $"@cd /d \"%~dp0\"\r\n@{Program}\\prunesearch-measure.exe bundle . %*\r\n");
    }

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from) || !Directory.EnumerateFiles(from, "prunesearch-measure*").Any())
        {
            throw new IOException($"--program {from}: there is no prunesearch-measure in it, expected a folder that eng/publish measure wrote");
        }
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static async Task<int> WithSearchAsync(
        CliContext context, SearchPlace place, string id, Func<ISearchSession, Task> action, CancellationToken cancellation)
    {
        HomeFolder.RequireExisting(place, id);
        await using var session = await context.Sessions.OpenAsync(place, work: false, cancellation);
        await HomeFolder.RequireSearchAsync(session, place, id);
        await action(session);
        return ExitCode.Ok;
    }

    /// <summary>The files of a model in the checkpoints.</summary>
    private sealed record StoredFiles(StageReport Report, byte[] Dense, byte[] Own, byte[]? Int8)
    {
        public static async Task<StoredFiles> ReadAsync(ICheckpointStore store, StageKey model, StageDescription stage, CancellationToken cancellation)
        {
            var report = JsonSerializer.Deserialize<StageReport>(
                await StageModels.ReadAsync(store, CheckpointNames.Report(model), cancellation), CoreJson.Readable)!;
            byte[] own = await StageModels.ReadAsync(store, CheckpointNames.Onnx(model), cancellation);
            byte[] dense = stage.Measure.Baseline is { } baseline ? await StageModels.ReadAsync(store, CheckpointNames.Onnx(baseline), cancellation) : own;
            byte[]? int8 = report.Quantised is null ? null : await StageModels.ReadAsync(store, CheckpointNames.Int8Onnx(model), cancellation);
            return new StoredFiles(report, dense, own, int8);
        }

        public BundledModel Describe(StageKey key, StageKey model, string name, MeasureSettings settings) => new()
        {
            Key = key,
            Model = model,
            Name = name,
            Settings = settings,
            Dense = Digest(Dense),
            Own = Digest(Own),
            Quantised = Int8 is null ? null : Digest(Int8),
        };

        public void WriteTo(string folder)
        {
            foreach (byte[] file in Int8 is null ? [Dense, Own] : (byte[][])[Dense, Own, Int8])
            {
                AtomicFile.Write(BundledModel.PathOf(folder, Digest(file)), file);
            }
        }

        private static string Digest(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
