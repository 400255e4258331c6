using System.CommandLine;
using PruneSearch.Core.Detectors;
using PruneSearch.Data.Datasets;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>Accuracy of an exported model after quantisation with ranges of several kinds, on real pictures.</summary>
internal static class Int8Verb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Exported ONNX file, raw form, or a folder with detector.json and weights.safetensors" };
        var train = new Option<string>("--train") { Required = true, Description = "COCO annotations of the calibration pictures" };
        var validation = new Option<string>("--validation") { Required = true, Description = "COCO annotations of the pictures to score on" };
        var images = new Option<string>("--images") { Required = true, Description = "Folder of all pictures" };
        var pictures = new Option<int>("--pictures") { DefaultValueFactory = _ => 96, Description = "Calibration pictures" };
        var bits = new Option<int>("--bits") { DefaultValueFactory = _ => 8, Description = "Bits of the weights: 8 or 7" };
        var noise = new Option<double[]>("--max-noise")
        {
            DefaultValueFactory = _ => [new QuantisationOptions().MaxNoise, 1],
            AllowMultipleArgumentsPerToken = true,
            Description = "Largest noise of a convolution that becomes integers; 1 for all",
        };
        var output = new Option<string?>("--out") { Description = "Folder that receives float.onnx and int8-0.onnx and so on" };
        var command = new Command("int8", "Accuracy after quantisation to 8-bit integers") { model, train, validation, images, pictures, bits, noise, output };
        command.SetAction(p => Run(
            p.GetValue(model)!, p.GetValue(train)!, p.GetValue(validation)!, p.GetValue(images)!, p.GetValue(pictures), p.GetValue(bits),
            p.GetValue(noise)!, p.GetValue(output)));
        return command;
    }

    private static int Run(string path, string train, string validation, string images, int pictures, int bits, double[] noises, string? output)
    {
        byte[] dense = Directory.Exists(path) ? Export(path) : File.ReadAllBytes(path);
        var detector = ExportedModel.Read(dense, path).Model;
        var (scored, learnt) = (DatasetReader.ReadCoco(validation, images), DatasetReader.ReadCoco(train, images));
        var calibration = NetworkInput.Choose(learnt, pictures, detector.InputSpec, seed: 1);
        Console.WriteLine($"float: {Score(dense, "float")}");
        foreach (double noise in noises)
        {
            var options = new QuantisationOptions { Method = CalibrationMethod.MinMax, MaxNoise = noise, WeightBits = bits };
            Measure("smallest to largest", "all", options);
            Measure("99.99 %", "9999", options with { Method = CalibrationMethod.Percentile, Percentile = 0.9999 });
        }
        return 0;

        void Measure(string ranges, string shortly, QuantisationOptions options)
        {
            byte[] file = Int8Quantisation.Quantise(dense, calibration, options);
            Console.WriteLine(Invariant($"{ranges}, noise at most {options.MaxNoise}: {Score(file, $"int8-{shortly}-{options.MaxNoise}")}"));
        }

        string Score(byte[] file, string name)
        {
            if (output is not null)
            {
                Directory.CreateDirectory(output);
                File.WriteAllBytes(Path.Combine(output, name + ".onnx"), file);
            }
            using var detector = OnnxDetector.Load(file, path, Environment.ProcessorCount);
            var result = OnnxEvaluator.Evaluate(detector, scored);
            return Invariant($"mAP50 {result.Ap50:0.0000}, mAP {result.Ap:0.0000}, {file.Length / 1e6:0.00} MB");
        }
    }

    private static byte[] Export(string folder)
    {
        var (model, weights) = DetectorFolder.Read(folder);
        return OnnxExport.ToBytes(model, weights);
    }
}
