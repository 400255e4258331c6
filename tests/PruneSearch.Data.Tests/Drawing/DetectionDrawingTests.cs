using PruneSearch.Data.Drawing;
using PruneSearch.Data.Images;
using PruneSearch.Data.PostProcessing;

namespace PruneSearch.Data.Tests.Drawing;

public sealed class DetectionDrawingTests : IDisposable
{
    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("out.png")]
    [InlineData("out.JPG")]
    public void Boxes_and_labels_are_drawn_on_a_copy(string name)
    {
        var image = new RgbImage(200, 100, new byte[200 * 100 * 3]);
        string path = Path.Combine(_folder, name);
        DetectionDrawing.Save(image, [new Detection(1, 0.87f, new BoxCorners(0.4f, 0.25f, 0.9f, 0.75f))], ["cat", "dog"], path);
        var drawn = ImageDecoder.Decode(path);
        Assert.Equal((200, 100), (drawn.Width, drawn.Height));
        Assert.All(image.Pixels, p => Assert.Equal(0, p));
        Assert.True(Blue(drawn, 50, 65) > 100, "left edge of the box");
        Assert.True(Blue(drawn, 100, 90) > 100, "lower edge of the box");
        Assert.True(Blue(drawn, 100, 65) < 40, "inside of the box");
        Assert.True(Enumerable.Range(50, 60).Any(x => Enumerable.Range(28, 11).Any(y => drawn.Pixels[(y * 200 + x) * 3] > 180)), "white letters of the label");
    }

    [Fact]
    public void Several_detectors_are_drawn_beside_one_another_under_their_titles()
    {
        var image = new RgbImage(200, 100, new byte[200 * 100 * 3]);
        string path = Path.Combine(_folder, "beside.png");
        DetectionDrawing.SaveBeside(image, [("one", []), ("two", [new Detection(1, 0.87f, new BoxCorners(0.4f, 0.25f, 0.9f, 0.75f))])], ["cat", "dog"], path);
        var drawn = ImageDecoder.Decode(path);
        Assert.Equal((406, 118), (drawn.Width, drawn.Height)); // two pictures, 6 between them, 18 above them
        Assert.True(Blue(drawn, 203, 60) == 255 && Blue(drawn, 300, 2) == 255, "white around the pictures");
        Assert.True(Blue(drawn, 50, 65 + 18) < 40, "nothing in the first picture");
        Assert.True(Blue(drawn, 206 + 50, 65 + 18) > 100, "left edge of the box in the second picture");
        // black letters of the titles
        Assert.All([0, 206], left => Assert.Contains(Enumerable.Range(left, 30), x => Enumerable.Range(4, 12).Any(y => Blue(drawn, x, y) < 80)));
    }

    [Fact]
    public void Other_endings_and_unknown_classes_are_refused()
    {
        var image = new RgbImage(8, 8, new byte[192]);
        Assert.Throws<ArgumentException>(() => DetectionDrawing.Save(image, [], [], Path.Combine(_folder, "out.tiff")));
        Assert.Throws<ArgumentException>(() => DetectionDrawing.Save(image, [new Detection(2, 1, default)], ["a"], Path.Combine(_folder, "out.png")));
    }

    private static int Blue(RgbImage image, int x, int y) => image.Pixels[(y * image.Width + x) * 3 + 2];
}
