using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.Ssd;
using PruneSearch.Core.Weights;
using PruneSearch.Detection.Import;

namespace PruneSearch.Tests.Detection.Import;

public sealed class TfliteImportTests
{
    private const string FirstTap = "expanded_conv_13.expand.relu6"; // what the heads of the first level read
    private static readonly ImportOptions Named = new() { Classes = ["circle", "square"] };

    [Theory]
    [InlineData(ExtraLayerStyle.Full, HeadStyle.Pointwise)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Full)]
    [InlineData(ExtraLayerStyle.Separable, HeadStyle.Separable)]
    public void Every_member_of_the_family_is_found_and_its_weights_come_back(ExtraLayerStyle extras, HeadStyle heads)
    {
        var model = Detector(out var weights, extras, heads);

        var imported = DetectorImport.Read(TfliteFile.Write(model, weights), "file.tflite", Named);

        Assert.Equal(model.Spec.ToJson(), imported.Model.Spec.ToJson());
        Assert.Equal(weights.Keys, imported.Weights.Keys);
        Assert.All(weights, w => Assert.Equal(w.Value.Values, imported.Weights[w.Key].Values));
    }

    [Fact]
    public void Half_precision_is_widened_and_the_order_of_outputs_does_not_matter()
    {
        var model = Detector(out var weights);

        var imported = DetectorImport.Read(
            TfliteFile.Write(model, weights, new() { Numbers = TfliteFile.Numbers.Float16, ClassesFirst = true }), "file.tflite", Named);

        Assert.All(weights, w => Assert.Equal(w.Value.Values.Select(v => (float)(Half)v), imported.Weights[w.Key].Values));
    }

    [Fact]
    public void Whole_numbers_are_scaled_and_post_processing_is_left_out()
    {
        var model = Detector(out var weights);

        var imported = DetectorImport.Read(TfliteFile.Write(model, weights, new() { Numbers = TfliteFile.Numbers.Int8, PostProcessing = true }), "file.tflite");

        Assert.Equal(["class-1", "class-2"], imported.Model.Spec.Classes);
        Assert.Contains(imported.Notes, n => n.Contains("no class names were given", StringComparison.Ordinal));
        foreach (var (name, expected) in weights)
        {
            float largest = expected.Values.Max(Math.Abs);
            Assert.InRange(expected.Values.Zip(imported.Weights[name].Values).Max(p => Math.Abs(p.First - p.Second)), 0, largest / 199 + 1e-6f);
        }
    }

    [Fact]
    public void A_tensor_that_does_not_fit_is_named_with_its_shape_and_the_expected_one()
    {
        // A block that is narrower than in any published width.
        var odd = DetectorCatalog.Build(Spec() with { Widths = new SortedDictionary<string, int>(StringComparer.Ordinal) { ["expanded_conv_3.hidden"] = 16 } });
        var message = Refused(TfliteFile.Write(odd, RandomWeights.For(odd, 1)));
        Assert.Contains(
            "tensor 'expanded_conv_3.expand.weight' has shape [16, 8, 1, 1], expected [48, 8, 1, 1] for layer 'expanded_conv_3.expand'",
            message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TfliteFile.Numbers.Float32)]
    [InlineData(TfliteFile.Numbers.Float16)]
    public void A_value_that_is_no_number_is_named_with_its_tensor(object numbers)
    {
        var model = Detector(out var weights);
        weights["expanded_conv_3.project.weight"].Values[0] = float.NaN;
        string message = Refused(TfliteFile.Write(model, weights, new() { Numbers = (TfliteFile.Numbers)numbers }));
        Assert.Contains("expanded_conv_3.project.weight", message, StringComparison.Ordinal);
        Assert.Contains("is NaN at [0, 0, 0, 0] (1 of", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_ends_early_and_wrong_numbers_of_names_are_refused()
    {
        var model = Detector(out var weights);
        Assert.Contains(
            "there is no convolution for layer 'expanded_conv_13.depthwise', expected weights [144, 1, 3, 3]",
            Refused(TfliteFile.Write(model, weights, new() { Last = FirstTap })),
            StringComparison.Ordinal);
        Assert.Contains(
            "there are 3 class names, expected 2", Refused(TfliteFile.Write(model, weights), new() { Classes = ["a", "b", "c"] }), StringComparison.Ordinal);
        Assert.Contains("it was cut short or damaged", Refused([8, 0, 0, 0, .. "TFL3"u8]), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        var model = Detector(out var weights);
        byte[] graph = TfliteFile.Write(model, weights, new() { Last = FirstTap, Numbers = TfliteFile.Numbers.Float16 });
        Assert.Equal(700, Fuzz.Run<FormatException>(graph, 700, b => DetectorImport.Read(b, "file.tflite")));
        byte[] whole = TfliteFile.Write(model, weights, new() { Numbers = TfliteFile.Numbers.Int8 });
        int refused = Fuzz.Run<FormatException>(whole, 60, b => DetectorImport.Read(b, "file.tflite"), maxBytes: 256 << 20, damaged: whole.Length / 20);
        Assert.InRange(refused, 5, 60);
    }

    private static string Refused(byte[] file, ImportOptions? options = null)
    {
        string message = Assert.Throws<FormatException>(() => DetectorImport.Read(file, "file.tflite", options ?? Named)).Message;
        Assert.StartsWith("file.tflite: ", message, StringComparison.Ordinal);
        return message;
    }

    private static DetectorSpec Spec(ExtraLayerStyle extras = ExtraLayerStyle.Full, HeadStyle heads = HeadStyle.Pointwise) => new()
    {
        Architecture = SsdFamily.Architecture,
        Classes = ["circle", "square"],
        InputSize = 64,
        BatchNorm = false,
        Options = new SsdOptions { WidthMultiplier = 0.25, Extras = extras, Heads = heads },
    };

    private static DetectorModel Detector(out WeightSet weights, ExtraLayerStyle extras = ExtraLayerStyle.Full, HeadStyle heads = HeadStyle.Pointwise)
    {
        var model = DetectorCatalog.Build(Spec(extras, heads));
        weights = RandomWeights.For(model, 1);
        return model;
    }
}
