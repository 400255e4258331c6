using System.Text.RegularExpressions;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Detecting;
using PruneSearch.Inference.Onnx;
using PruneSearch.Samples;
using PruneSearch.Tests;

namespace PruneSearch.Inference.Tests.Detecting;

public sealed class SampleTests
{
    [Fact]
    public void The_sample_program_finds_what_the_detector_finds()
    {
        var (model, weights) = Some.TrainedDetector();
        var options = new DetectionOptions { ScoreThreshold = 0.5f };
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        try
        {
            using (var stream = File.Create(path))
            {
                OnnxExport.WriteEndToEnd(stream, model, weights, options);
            }
            using var detector = OnnxDetector.Open(path);
            int lines = 0;
            foreach (string photo in Directory.EnumerateFiles(SharedData.Voc, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(12))
            {
                string[] found = [.. DetectObjects.Run(path, photo)];
                string[] expected =
                    [.. detector.Detect(ImageDecoder.Decode(photo), options).Where(d => d.Score > 0.6).Select(d => model.Spec.Classes[d.Class])];
                // The two resample differently, so scores near the threshold may differ.
                Assert.All(expected, name => Assert.Contains(found, line => line.StartsWith(name, StringComparison.Ordinal)));
                Assert.All(found, line => Assert.Matches(new Regex(@": left -?\d+, top -?\d+, right \d+, bottom \d+$"), line));
                lines += found.Length;
            }
            Assert.True(lines >= 6, $"{lines} objects");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
