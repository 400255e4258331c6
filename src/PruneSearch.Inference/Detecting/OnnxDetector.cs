using Microsoft.ML.OnnxRuntime;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Rules;
using PruneSearch.Core.Files;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Detecting;

/// <summary>An exported detector, in either form, that finds objects in pictures with ONNX Runtime. One thread at a time.</summary>
public sealed class OnnxDetector : IDisposable
{
    private readonly OnnxSession _session;
    private readonly ExportedModel _exported;
    private readonly TimeProvider _time;

    private OnnxDetector(OnnxSession session, ExportedModel exported, TimeProvider time) => (_session, _exported, _time) = (session, exported, time);

    /// <summary>The detector: its classes, input size and box code.</summary>
    public DetectorSpec Spec => _exported.Model.Spec;

    /// <summary>What pictures must become.</summary>
    public InputSpec InputSpec => _exported.Model.InputSpec;

    /// <summary>Whether suppression happens in the model, with thresholds fixed at its export.</summary>
    public bool EndToEnd => _exported.EndToEnd;

    /// <summary><c>float32</c> or <c>int8</c>.</summary>
    public string Precision => _exported.Precision;

    /// <summary>Loads an exported file; whoever opened it disposes the detector.</summary>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="time">Tells how long things take; <see langword="null"/> for the system's clock.</param>
    /// <exception cref="FormatException">It is damaged or no exported detector; the message says what is wrong and begins with the path.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OnnxDetector Open(string path, int threads = 1, TimeProvider? time = null) =>
        Load(RegularFile.ReadAllBytes(path, Array.MaxLength), path, threads, time);

    /// <summary>Loads a file's content.</summary>
    /// <param name="model">All bytes of the file.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="time">Tells how long things take; <see langword="null"/> for the system's clock.</param>
    /// <exception cref="FormatException">It is damaged or no exported detector; the message says what is wrong.</exception>
    public static OnnxDetector Load(byte[] model, string source, int threads = 1, TimeProvider? time = null)
    {
        var exported = ExportedModel.Read(model, source);
        return new OnnxDetector(OnnxSession.Load(model, threads, source), exported, time ?? TimeProvider.System);
    }

    /// <summary>Finds objects in a picture.</summary>
    /// <param name="image">The decoded picture, of any size.</param>
    /// <param name="options">
    /// What to keep; <see langword="null"/> for the defaults. The end-to-end form has applied its own thresholds before: only a
    /// higher score threshold and a lower total count then.
    /// </param>
    /// <returns>By falling score.</returns>
    /// <exception cref="NotFiniteNumberException">An output has values that are not finite; the message names it.</exception>
    public IReadOnlyList<Detection> Detect(RgbImage image, DetectionOptions? options = null) => Detect(image, options, out _);

    /// <summary>Finds objects in a picture and tells where the time went.</summary>
    public IReadOnlyList<Detection> Detect(RgbImage image, DetectionOptions? options, out DetectionTimes times)
    {
        long start = _time.GetTimestamp();
        float[] picture = NetworkInput.Of(image, InputSpec);
        long prepared = _time.GetTimestamp();
        var found = Detect(picture, options, out double network, out double decoding);
        times = new DetectionTimes(_time.GetElapsedTime(start, prepared).TotalMilliseconds, network, decoding);
        return [.. found.InPicture(InputWindow.Of(InputSpec.Rule, image.Width, image.Height))];
    }

    /// <summary>Finds objects in a picture that is a network input already: <c>[3, size, size]</c>; boxes are in fractions of the input.</summary>
    /// <exception cref="ArgumentException">It has another number of values.</exception>
    public IReadOnlyList<Detection> Detect(float[] picture, DetectionOptions? options = null) => Detect(picture, options, out _, out _);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private List<Detection> Detect(float[] picture, DetectionOptions? options, out double network, out double decoding)
    {
        options ??= new DetectionOptions();
        int expected = 3 * Spec.InputSize * Spec.InputSize;
        if (picture.Length != expected)
        {
            throw new ArgumentException($"The picture has {picture.Length} values, expected {expected}: [3, {Spec.InputSize}, {Spec.InputSize}].",
                nameof(picture));
        }
        long start = _time.GetTimestamp();
        using var input = OrtValue.CreateTensorValueFromMemory(picture, [1, 3, Spec.InputSize, Spec.InputSize]);
        using var outputs = _session.Run(input);
        long ran = _time.GetTimestamp();
        OnnxAnswer.RequireFinite(_session, outputs);
        var found = EndToEnd
            ? Collect(outputs[0].GetTensorDataAsSpan<float>(), outputs[1].GetTensorDataAsSpan<float>(), outputs[2].GetTensorDataAsSpan<long>(), options)
            : DetectionDecoder.Decode(_exported.Model, Raw(outputs, DetectorModel.BoxesOutput), Raw(outputs, DetectorModel.ClassesOutput),
                Raw(outputs, DetectorModel.ObjectnessOutput), options);
        network = _time.GetElapsedTime(start, ran).TotalMilliseconds;
        decoding = _time.GetElapsedTime(ran).TotalMilliseconds;
        return found;
    }

    private ReadOnlySpan<float> Raw(IReadOnlyList<OrtValue> outputs, string name) =>
        Array.IndexOf(_exported.OutputNames, name) is >= 0 and var at ? outputs[at].GetTensorDataAsSpan<float>() : default;

    private static List<Detection> Collect(ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores, ReadOnlySpan<long> labels, DetectionOptions options)
    {
        var found = new List<Detection>();
        for (int i = 0; i < scores.Length && i < (options.MaxTotal ?? int.MaxValue) && scores[i] >= options.ScoreThreshold; i++)
        {
            var box = boxes.Slice(i * 4, 4);
            found.Add(new Detection((int)labels[i], scores[i], new BoxCorners(box[0], box[1], box[2], box[3])));
        }
        return found;
    }
}
