using System.Globalization;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Detectors;

namespace PruneSearch.Inference.Onnx;

/// <summary>
/// The metadata of an exported detector (<c>metadata_props</c>). <see cref="Detector"/> is complete; the other entries
/// repeat parts of it for programs that do not know this project.
/// </summary>
public static class OnnxMetadata
{
    /// <summary>Version of these entries; a reader refuses others.</summary>
    public const string Format = "prunesearch.format";

    /// <summary>Value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "1";

    /// <summary><see cref="RawForm"/> or <see cref="EndToEndForm"/>.</summary>
    public const string Form = "prunesearch.form";

    /// <summary>Outputs are coded boxes and class outputs of every row.</summary>
    public const string RawForm = "raw";

    /// <summary>Outputs are detections after non-maximum suppression.</summary>
    public const string EndToEndForm = "end-to-end";

    /// <summary><c>float32</c> or <c>int8</c>.</summary>
    public const string Precision = "prunesearch.precision";

    /// <summary>The detector's specification as JSON.</summary>
    public const string Detector = "prunesearch.detector";

    /// <summary>JSON array of class names, without the background.</summary>
    public const string Classes = "classes";

    /// <summary>Edge of the square input picture in pixels.</summary>
    public const string InputSize = "input_size";

    /// <summary>Order of colours and dimensions of the input.</summary>
    public const string InputLayout = "input_layout";

    /// <summary>How a pixel from 0 to 255 becomes an input value.</summary>
    public const string Normalisation = "input_normalisation";

    /// <summary>How a picture fills the square: <c>stretch</c>, or <c>letterbox</c>, which keeps its aspect ratio.</summary>
    public const string InputFit = "input_fit";

    /// <summary>Where a letterboxed picture lies: <c>top-left</c> or <c>center</c>.</summary>
    public const string InputPlace = "input_place";

    /// <summary>Grey of what a letterboxed picture leaves, 0 to 255.</summary>
    public const string InputFill = "input_fill";

    /// <summary>Order of the four coded box values.</summary>
    public const string BoxOrder = "box_order";

    /// <summary>Factors of the coded centre offsets and log sizes, separated by a comma.</summary>
    public const string BoxScales = "box_scales";

    /// <summary>Largest log size of a box, after its scale: larger ones are cut to it.</summary>
    public const string BoxMaxLogSize = "box_max_log_size";

    /// <summary>How class outputs become scores: <c>sigmoid</c> or <c>softmax</c>.</summary>
    public const string Scores = "scores";

    /// <summary><c>true</c> where class output 0 is the background and none of the classes.</summary>
    public const string Background = "background";

    /// <summary><c>true</c> where every score is to be multiplied by the sigmoid of the output <c>objectness</c>.</summary>
    public const string Objectness = "objectness";

    internal static SortedDictionary<string, string> Of(DetectorModel model, string form, IReadOnlyDictionary<string, string> more)
    {
        var (spec, input) = (model.Spec, model.Input);
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [Format] = CurrentFormat,
            [Form] = form,
            [Precision] = "float32",
            [Detector] = JsonSerializer.Serialize(spec, CoreJson.Canonical),
            [Classes] = JsonSerializer.Serialize(spec.Classes, CoreJson.Canonical),
            [InputSize] = spec.InputSize.ToString(CultureInfo.InvariantCulture),
            [InputLayout] = $"NCHW, {input.Channels.ToString().ToUpperInvariant()}",
            [Normalisation] = string.Create(
                CultureInfo.InvariantCulture, $"(pixel - [{string.Join(", ", input.Mean)}]) / [{string.Join(", ", input.Deviation)}]"),
            [InputFit] = Word(input.Fit),
            [BoxOrder] = Word(model.BoxCode.Order),
            [BoxScales] = string.Create(CultureInfo.InvariantCulture, $"{model.BoxCode.CenterScale}, {model.BoxCode.SizeScale}"),
            [BoxMaxLogSize] = model.BoxCode.MaxLogSize.ToString(CultureInfo.InvariantCulture),
            [Scores] = Word(model.Scores.Function),
            [Background] = model.Scores.Background ? "true" : "false",
            [Objectness] = model.Scores.Objectness ? "true" : "false",
        };
        if (input.Fit == Core.Detectors.Rules.InputFit.Letterbox)
        {
            entries[InputPlace] = Word(input.Place);
            entries[InputFill] = input.Fill.ToString(CultureInfo.InvariantCulture);
        }
        foreach (var (key, value) in more)
        {
            if (!entries.TryAdd(key, value))
            {
                throw new ArgumentException($"Metadata '{key}' belongs to the detector and cannot be set to '{value}'.", nameof(more));
            }
        }
        return entries;
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
