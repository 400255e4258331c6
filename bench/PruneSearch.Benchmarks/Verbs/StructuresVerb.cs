using System.CommandLine;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Networks;
using PruneSearch.Detection.Import;
using PruneSearch.Inference.Latency;
using PruneSearch.Inference.Onnx;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>
/// Writes exported SSD-MobileNet-V2 models that lose the same share of channels everywhere, for <c>prunesearch measure</c>.
/// Their weights are random: they do not matter for speed.
/// </summary>
internal static class StructuresVerb
{
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where to write dense.onnx and all-50-by-8.onnx and so on" };
        var shares = new Option<double[]>("--shares")
        {
            DefaultValueFactory = _ => [0.3, 0.5, 0.7],
            AllowMultipleArgumentsPerToken = true,
            Description = "Shares of the channels that go",
        };
        var roundings = new Option<int[]>("--round-to")
        {
            DefaultValueFactory = _ => [8, 16],
            AllowMultipleArgumentsPerToken = true,
            Description = "Multiples that widths are rounded to",
        };
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 300, Description = "Edge of the input in pixels" };
        var padding =
            new Option<PaddingStyle>("--padding") { DefaultValueFactory = _ => PaddingStyle.TensorFlowSame, Description = "Padding of the convolutions" };
        var command = new Command("structures", "Exported models of many widths") { folder, shares, roundings, size, padding };
        command.SetAction(p => Run(p.GetValue(folder)!, p.GetValue(shares)!, p.GetValue(roundings)!, p.GetValue(size), p.GetValue(padding)));
        return command;
    }

    private static int Run(string folder, double[] shares, int[] roundings, int size, PaddingStyle padding)
    {
        Directory.CreateDirectory(folder);
        string[] classes = [.. Enumerable.Range(1, 23).Select(i => $"class {i}")];
        var dense = DetectorCatalog.Build(SsdFamily.Spec(classes) with { BatchNorm = false, InputSize = size, Options = new SsdOptions { Padding = padding } });
        Write("dense", dense);
        (string Name, ChannelGroupKind[] Kinds)[] groups = [("all", Enum.GetValues<ChannelGroupKind>()), ("hidden", [ChannelGroupKind.Hidden])];
        foreach (var (name, kinds) in groups)
        {
            foreach (double share in shares)
            {
                foreach (int roundTo in roundings)
                {
                    Write(
                        Invariant($"{name}-{share * 100:0}-by-{roundTo}"),
                        DetectorCatalog.Build(dense.Spec with { Widths = UniformWidths.For(dense.Network, share, roundTo, kinds) }));
                }
            }
        }
        return 0;

        void Write(string name, DetectorModel model)
        {
            File.WriteAllBytes(Path.Combine(folder, name + ".onnx"), OnnxExport.ToBytes(model, RandomWeights.For(model, 1)));
            Console.WriteLine(Invariant($"{name}: {model.Network.Parameters:N0} parameters, {model.Network.Macs / 1e6:N0} M MACs"));
        }
    }
}
