using PruneSearch.Core.Detectors;
using PruneSearch.Core.Detectors.RetinaNet;
using PruneSearch.Core.Detectors.Ssd;

namespace PruneSearch.Tests.Core.Detectors;

public sealed class DetectorCatalogTests
{
    private static readonly DetectorSpec Small = SsdFamily.Spec(["a"], new SsdOptions { WidthMultiplier = 0.1 });

    [Theory]
    [InlineData(31, false)]
    [InlineData(32, true)]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void Input_sizes_are_from_32_to_4096(int size, bool built)
    {
        var spec = Small with { InputSize = size };
        if (built)
        {
            Assert.Equal(size, DetectorCatalog.Build(spec).Network.Layers[0].Height);
        }
        else
        {
            Assert.Equal($"input-size of architecture 'ssd-mobilenet-v2' is {size}, expected a whole number from 32 to 4096.", Message(spec));
        }
    }

    [Theory]
    [InlineData("ssd-mobilenet-v2", 224)]
    [InlineData("retinanet", 224)]
    [InlineData("yolox", 224)]
    public void At_another_size_tensors_and_widths_stay_and_reference_boxes_follow(string architecture, int size)
    {
        var dense = DetectorCatalog.Build(DetectorCatalog.Find(architecture).Template);
        string group = dense.Network.Groups.First(g => g.Kind == PruneSearch.Core.Networks.ChannelGroupKind.Hidden).Name;
        var widths = dense.Network.Widths;
        widths[group] -= 4;
        var original = dense.With(widths);
        widths[group] -= 4;
        var pruned = original.With(widths).RelativeTo(original.Spec);

        var other = pruned.At(size);

        Assert.Same(pruned, pruned.At(pruned.Spec.InputSize));
        Assert.Equal((size, size, size), (other.Spec.InputSize, other.Network.Layers[0].Height, other.InputSpec.Size));
        Assert.Equal(Shapes(pruned), Shapes(other));
        Assert.Equal(original.Network.Group(group).Width, other.Network.Group(group).DenseWidth); // shares still count from the original
        Assert.Equal(pruned.Spec.Widths, other.Spec.Widths);
        Assert.True(other.References.Count < pruned.References.Count);
        Assert.Equal(other.References, DetectorCatalog.Build(DetectorSpec.FromJson(other.Spec.ToJson(), "json")).References);
        Assert.Equal(pruned.References, other.At(pruned.Spec.InputSize).References); // and back
        Assert.InRange(other.Network.Macs / (double)pruned.Network.Macs, 0.9 * Square(size) / Square(pruned.Spec.InputSize), 1);

        static double Square(double edge) => edge * edge;
        static IEnumerable<string> Shapes(DetectorModel model) => model.Network.Tensors.Select(t => $"{t.Name} {string.Join(',', t.Shape)}");
    }

    [Fact]
    public void What_no_detector_can_be_is_named()
    {
        Assert.Equal("A detector needs at least one class.", Message(Small with { Classes = [] }));
        Assert.Equal(
            "Options of architecture 'ssd-mobilenet-v2' are RetinaNetOptions, expected SsdOptions.",
            Message(Small with { Options = new RetinaNetOptions() }));
        Assert.Equal("Options of architecture 'ssd-mobilenet-v2' are missing, expected SsdOptions.", Message(Small with { Options = null! }));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(10, -1)]
    [InlineData(double.PositiveInfinity, 5)]
    [InlineData(10, double.NaN)]
    public void Box_scales_are_finite_and_above_zero(double center, double size) =>
        Assert.Contains("are not both finite and above 0", Message(Small with { Options = new SsdOptions { CenterScale = center, SizeScale = size } }));

    [Theory]
    [InlineData("""{"classes":["a"]}""", "its architecture are missing or null")]
    [InlineData("""{"architecture":"ssd-mobilenet-v2"}""", "its classes are missing or null")]
    [InlineData("""{"architecture":"ssd-mobilenet-v2","classes":["a",null]}""", "its classes are missing or null")]
    [InlineData("5", "it is no object")]
    public void A_specification_without_its_members_is_refused(string json, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => DetectorSpec.FromJson(json, "file")).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_specification_does_not_say_is_as_in_its_family()
    {
        var read = DetectorSpec.FromJson("""{"format":2,"architecture":"ssd-mobilenet-v2","classes":["a"]}""", "file");

        Assert.Equal((SsdFamily.Spec(["a"]).InputSize, true, new SsdOptions()), (read.InputSize, read.BatchNorm, read.Options));
        Assert.Empty(read.Widths);
        Assert.Contains("\n", read.ToJson(), StringComparison.Ordinal); // people read it
    }

    private static string Message(DetectorSpec spec) => Assert.Throws<ArgumentException>(() => DetectorCatalog.Build(spec)).Message;
}
