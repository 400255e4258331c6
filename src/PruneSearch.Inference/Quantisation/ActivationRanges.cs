using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;
using DataType = PruneSearch.Inference.Onnx.Schema.TensorProto.Types.DataType;

namespace PruneSearch.Inference.Quantisation;

/// <summary>Observes the values that activations take on calibration pictures.</summary>
internal static class ActivationRanges
{
    private const int Bins = 4096;

    /// <summary>Low and high end of each activation, and how much its channels vary.</summary>
    /// <param name="model">The model; not changed.</param>
    /// <param name="activations">Names of float values in its graph.</param>
    /// <param name="pictures">Inputs, each one picture; gone through once, or twice for percentiles.</param>
    /// <param name="options">Which range.</param>
    /// <exception cref="ArgumentException">There are no pictures, one has the wrong size, or a value is not finite.</exception>
    public static Dictionary<string, ActivationStatistics> Observe(
        ModelProto model, IReadOnlyCollection<string> activations, IReadOnlyList<float[]> pictures, QuantisationOptions options)
    {
        if (pictures.Count == 0)
        {
            throw new ArgumentException("Calibration needs at least one picture.", nameof(pictures));
        }
        var open = model.Clone();
        string input = open.Graph.Input[0].Name;
        open.Graph.Output.Clear();
        open.Graph.Output.AddRange(activations.Where(a => a != input).Select(a => new ValueInfoProto
        {
            Name = a,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } },
        }));
        using var session = OnnxSession.Load(open.ToByteArray(), Environment.ProcessorCount, "model to calibrate");

        var sums = new Dictionary<string, ChannelSums>();
        ForEach(session, pictures, activations, (name, values, channels) =>
        {
            if (!sums.TryGetValue(name, out var sum))
            {
                sums.Add(name, sum = new ChannelSums(channels));
            }
            sum.Add(values);
            if (!float.IsFinite(sum.Low) || !float.IsFinite(sum.High))
            {
                throw new ArgumentException($"'{name}' has values that are not finite on a calibration picture.");
            }
        });
        var ranges = sums.ToDictionary(s => s.Key, s => new ActivationStatistics(s.Value.Low, s.Value.High, s.Value.Variances()));
        if (options.Method == CalibrationMethod.MinMax)
        {
            return ranges;
        }
        var histograms = activations.ToDictionary(a => a, _ => new long[Bins]);
        ForEach(session, pictures, activations, (name, values, _) => Count(values, ranges[name], histograms[name]));
        return ranges.ToDictionary(r => r.Key, r => Cut(histograms[r.Key], r.Value, options.Percentile));
    }

    private static void ForEach(OnnxSession session, IReadOnlyList<float[]> pictures, IReadOnlyCollection<string> activations, ActivationVisitor visit)
    {
        long[] shape = session.InputShape(batch: 1);
        long length = shape.Aggregate(1L, (n, d) => n * d);
        foreach (float[] picture in pictures)
        {
            if (picture.Length != length)
            {
                throw new ArgumentException($"A calibration picture has {picture.Length} values, expected {length}: [{string.Join(", ", shape)}].",
                    nameof(pictures));
            }
            if (activations.Contains(session.InputName)) // not where its pixels are rearranged before the first convolution
            {
                visit(session.InputName, picture, (int)shape[1]);
            }
            using var input = OrtValue.CreateTensorValueFromMemory(picture, shape);
            using var outputs = session.Run(input);
            for (int i = 0; i < outputs.Count; i++)
            {
                visit(session.OutputNames[i], outputs[i].GetTensorDataAsSpan<float>(), (int)outputs[i].GetTensorTypeAndShape().Shape[1]);
            }
        }
    }

    private static void Count(ReadOnlySpan<float> values, ActivationStatistics range, long[] histogram)
    {
        double scale = range.High > range.Low ? Bins / ((double)range.High - range.Low) : 0;
        foreach (float value in values)
        {
            histogram[Math.Min(Bins - 1, (int)((value - range.Low) * scale))]++;
        }
    }

    private static ActivationStatistics Cut(long[] histogram, ActivationStatistics range, double percentile)
    {
        double total = histogram.Sum(), beyond = total * (1 - percentile), width = ((double)range.High - range.Low) / Bins;
        int first = 0, last = Bins - 1;
        for (double gone = histogram[first]; gone <= beyond && first < last; gone += histogram[++first])
        {
        }
        for (double gone = histogram[last]; gone <= beyond && last > first; gone += histogram[--last])
        {
        }
        return range with { Low = (float)Math.Min(0, range.Low + first * width), High = (float)Math.Max(0, range.Low + (last + 1) * width) };
    }

    private delegate void ActivationVisitor(string name, ReadOnlySpan<float> values, int channels);
}
