using System.CommandLine;
using PruneSearch.Data.Datasets;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Quantisation;
using static System.FormattableString;

namespace PruneSearch.Benchmarks.Verbs;

/// <summary>Accuracy of an exported model after quantisation with ranges of several kinds, on real pictures.</summary>
internal static class Int8Verb
{
    private static readonly (string Name, QuantisationOptions Options)[] Kinds =
    [
        ("smallest to largest", new() { Method = CalibrationMethod.MinMax }),
        ("99.99 %", new() { Method = CalibrationMethod.Percentile, Percentile = 0.9999 }),
        ("99.9 %", new() { Method = CalibrationMethod.Percentile, Percentile = 0.999 }),
    ];

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Exported ONNX file, raw form" };
        var train = new Option<string>("--train") { Required = true, Description = "COCO annotations of the calibration pictures" };
        var validation = new Option<string>("--validation") { Required = true, Description = "COCO annotations of the pictures to score on" };
        var images = new Option<string>("--images") { Required = true, Description = "Folder of all pictures" };
        var pictures = new Option<int>("--pictures") { DefaultValueFactory = _ => 96, Description = "Calibration pictures" };
        var command = new Command("int8", "Accuracy after quantisation to 8-bit integers") { model, train, validation, images, pictures };
        command.SetAction(p => Run(p.GetValue(model)!, p.GetValue(train)!, p.GetValue(validation)!, p.GetValue(images)!, p.GetValue(pictures)));
        return command;
    }

    private static int Run(string path, string train, string validation, string images, int pictures)
    {
        byte[] dense = File.ReadAllBytes(path);
        var scored = DatasetReader.ReadCoco(validation, images);
        var input = ExportedModel.Read(dense, path).Model.InputSpec;
        var calibration = NetworkInput.Choose(DatasetReader.ReadCoco(train, images), pictures, input, seed: 1);
        Console.WriteLine($"float: {Score(dense)}");
        foreach (var (name, options) in Kinds)
        {
            Console.WriteLine($"{name}: {Score(Int8Quantisation.Quantise(dense, calibration, options))}");
        }
        return 0;

        string Score(byte[] file)
        {
            using var detector = OnnxDetector.Load(file, path, Environment.ProcessorCount);
            var result = OnnxEvaluator.Evaluate(detector, scored);
            return Invariant($"mAP50 {result.Ap50:0.0000}, mAP {result.Ap:0.0000}");
        }
    }
}
