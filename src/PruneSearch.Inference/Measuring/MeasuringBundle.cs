using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Core.Stages;

namespace PruneSearch.Inference.Measuring;

/// <summary>What is to be measured on a device without a network: it lies as <c>bundle.json</c> in a folder, its models beside it in <c>models</c>.</summary>
public sealed record MeasuringBundle
{
    /// <summary>The format that this version writes and reads.</summary>
    public const int CurrentFormat = 1;

    private const long MaxBytes = 1 << 26;

    /// <summary>Name of the file in the folder.</summary>
    public const string FileName = "bundle.json";

    /// <summary>How it is written.</summary>
    public required int Format { get; init; }

    /// <summary>The search whose models they are.</summary>
    public required string Search { get; init; }

    /// <summary>Device class that the device is one of.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>The models to measure, all those without a figure on the device class.</summary>
    public required IReadOnlyList<BundledModel> Models { get; init; }

    /// <summary>Reads the bundle of a folder.</summary>
    /// <exception cref="FormatException">It is none, or of another format.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MeasuringBundle Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        var bundle = Parse<MeasuringBundle>(path, b => b.Format, "bundle of models to measure");
        return bundle.Models.FirstOrDefault(m => m.Files.Any(f => !BundledModel.IsDigest(f))) is { } bad
            ? throw new FormatException($"{path}: a file of model {bad.Name} is no SHA-256, expected 64 lower-case hexadecimal digits") : bundle;
    }

    /// <summary>Reads what one of the two programs wrote for the other.</summary>
    /// <exception cref="FormatException">It is something else, or of another format.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static T Parse<T>(string path, Func<T, int> format, string what)
    {
        try
        {
            byte[] bytes = RegularFile.ReadAllBytes(path, MaxBytes);
            using (var document = JsonDocument.Parse(bytes)) // of another format it may be anything but for this number
            {
                if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("format", out var said)
                    && said.TryGetInt32(out int number) && number != CurrentFormat)
                {
                    throw new FormatException($"{path}: its format is {number}, expected {CurrentFormat}: the program that wrote it is of another version");
                }
            }
            var read = JsonSerializer.Deserialize<T>(bytes, CoreJson.Readable) ?? throw new JsonException("it is null");
            return format(read) == CurrentFormat ? read : throw new JsonException("it has no format");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path}: is no {what}: {ErrorText.OneLine(e.Message)}", e);
        }
    }
}

/// <summary>One model of a bundle.</summary>
public sealed record BundledModel
{
    /// <summary>Key of the measurement.</summary>
    public required StageKey Key { get; init; }

    /// <summary>Key of the stage that made the model.</summary>
    public required StageKey Model { get; init; }

    /// <summary>What the frontier calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Threads, time limit and engine of the measurement.</summary>
    public required MeasureSettings Settings { get; init; }

    /// <summary>SHA-256 of the dense model's file, 64 lower-case hexadecimal digits.</summary>
    public required string Dense { get; init; }

    /// <summary>SHA-256 of the model's file; the dense one's for the dense model itself.</summary>
    public required string Own { get; init; }

    /// <summary>SHA-256 of its integer form's file; <see langword="null"/> where it has none.</summary>
    public string? Quantised { get; init; }

    /// <summary>All of them.</summary>
    internal IEnumerable<string> Files => Quantised is null ? [Dense, Own] : [Dense, Own, Quantised];

    /// <summary>Where a file lies in the bundle's folder.</summary>
    public static string PathOf(string folder, string sha256) => Path.Combine(folder, "models", sha256 + ".onnx");

    internal static bool IsDigest(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
