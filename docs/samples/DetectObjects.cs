// Finds objects in a picture with a model that was exported end to end.
// Packages: Microsoft.ML.OnnxRuntime, SkiaSharp (with its native assets for your system).
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

namespace PruneSearch.Samples;

public static class DetectObjects
{
    public static IEnumerable<string> Run(string modelPath, string imagePath)
    {
        using var session = new InferenceSession(modelPath);
        var about = session.ModelMetadata.CustomMetadataMap;
        string[] classes = JsonSerializer.Deserialize<string[]>(about["classes"])!;
        int size = int.Parse(about["input_size"], null);

        using var photo = SKBitmap.Decode(imagePath);
        using var square = photo.Resize(new SKImageInfo(size, size, SKColorType.Rgba8888), new SKSamplingOptions(SKFilterMode.Linear));
        var pixels = square.GetPixelSpan(); // [size, size, 4]
        float[] input = new float[3 * size * size]; // [3, size, size]
        for (int i = 0; i < size * size; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                input[c * size * size + i] = pixels[i * 4 + c] / 127.5f - 1;
            }
        }
        using var image = OrtValue.CreateTensorValueFromMemory(input, [1, 3, size, size]);
        using var run = new RunOptions(); // a variable: native code reads it, and the garbage collector must not take it meanwhile
        using var outputs = session.Run(run, ["image"], [image], ["boxes", "scores", "labels"]);
        float[] boxes = outputs[0].GetTensorDataAsSpan<float>().ToArray(), scores = outputs[1].GetTensorDataAsSpan<float>().ToArray();
        long[] labels = outputs[2].GetTensorDataAsSpan<long>().ToArray();
        for (int i = 0; i < scores.Length; i++)
        {
            yield return $"{classes[labels[i]]} {scores[i]:P0}: left {boxes[i * 4 + 1] * photo.Width:F0}, top {boxes[i * 4] * photo.Height:F0}, "
                + $"right {boxes[i * 4 + 3] * photo.Width:F0}, bottom {boxes[i * 4 + 2] * photo.Height:F0}";
        }
    }
}
