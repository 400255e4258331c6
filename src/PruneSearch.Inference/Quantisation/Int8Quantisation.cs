using Google.Protobuf;
using PruneSearch.Inference.Onnx;
using PruneSearch.Inference.Onnx.Schema;

namespace PruneSearch.Inference.Quantisation;

/// <summary>
/// Static 8-bit quantisation of an exported model (Jacob et al. 2018): asymmetric activations with ranges from calibration
/// pictures, symmetric weights with a scale for each output channel. Prediction heads stay in floating point,
/// and so do convolutions of whose answer too little would be left (<see cref="QuantisationOptions.MaxNoise"/>).
/// </summary>
public static class Int8Quantisation
{
    /// <summary>Turns a float32 model into one with 8-bit integers, calibrated on pictures.</summary>
    /// <param name="model">A model that <see cref="OnnxExport"/> wrote, in either form, not yet quantised.</param>
    /// <param name="pictures">Training pictures as network inputs <c>[3, size, size]</c> in [−1, 1]; a hundred are enough.</param>
    /// <param name="options">Ranges and bits.</param>
    /// <returns>The model in the same form, with metadata <see cref="OnnxMetadata.Precision"/> = int8.</returns>
    /// <exception cref="FormatException">The model is damaged, quantised already, has a weight that is not finite, or no convolutions to quantise.</exception>
    /// <exception cref="ArgumentException">There are no pictures, one has the wrong size, or an option is outside its range.</exception>
    public static byte[] Quantise(byte[] model, IReadOnlyList<float[]> pictures, QuantisationOptions? options = null)
    {
        options ??= new QuantisationOptions();
        options.Validate();
        var source = OnnxFile.Read(model, "model to quantise");
        if (source.Graph.Node.Any(n => n.OpType == "QuantizeLinear"))
        {
            throw new FormatException("model to quantise: it is quantised already");
        }
        OnnxFile.RequireFiniteConstants(source, "model to quantise");
        var values = new QuantisedValues(source.Graph);
        if (values.Convolutions.Count == 0)
        {
            throw new FormatException("model to quantise: it has no convolutions with constant weights");
        }
        var observed = ActivationRanges.Observe(source, values.Names, pictures, options);
        if (Noisy(source.Graph, values, observed, options.MaxNoise) is { Count: > 0 } noisy && noisy.Count < values.Convolutions.Count)
        {
            values = new QuantisedValues(source.Graph, noisy);
        }
        var result = source.Clone();
        result.Graph = new QdqRewriter(source.Graph, values).Rewrite(values.Ranges(observed), options.WeightBits).Proto;
        var precision = result.MetadataProps.FirstOrDefault(m => m.Key == OnnxMetadata.Precision);
        if (precision is null)
        {
            result.MetadataProps.Add(precision = new StringStringEntryProto { Key = OnnxMetadata.Precision });
        }
        precision.Value = "int8";
        return result.ToByteArray();
    }

    private static HashSet<NodeProto> Noisy(GraphProto graph, QuantisedValues values, Dictionary<string, ActivationStatistics> observed, double most)
    {
        var constants = graph.Initializer.ToDictionary(t => t.Name);
        var ranges = values.Ranges(observed);
        var noisy = values.Convolutions.Where(conv => Noise(conv) > most).ToHashSet();
        // The steps of what it reads are those of what the convolution before it answers.
        noisy.UnionWith([.. noisy.Select(n => values.ProducerOf(n.Input[0])).OfType<NodeProto>()]);
        // Convolutions that share a weight share its form.
        var weights = noisy.Select(n => n.Input[1]).ToHashSet();
        noisy.UnionWith(values.Convolutions.Where(c => weights.Contains(c.Input[1])));
        return noisy;

        double Noise(NodeProto conv)
        {
            string output = values.OutputOf(conv);
            return QuantisationNoise.Of(constants[conv.Input[1]], ranges[conv.Input[0]], ranges[output], observed[output].Variances);
        }
    }
}
