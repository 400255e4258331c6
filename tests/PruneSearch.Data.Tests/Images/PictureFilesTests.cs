using PruneSearch.Data.Drawing;
using PruneSearch.Data.Images;

namespace PruneSearch.Data.Tests.Images;

public sealed class PictureFilesTests : IDisposable
{
    private readonly string _folder = Some.EmptyFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_drawing_keeps_the_ending_of_a_picture_whose_format_it_is_written_in_and_has_that_format()
    {
        string[] drawings = [.. PictureFiles.Endings.Append(".tif").Append("").Select(e => PictureFiles.Drawing("a.b" + e.ToUpperInvariant()))];

        Assert.Equal(["a.b.JPG", "a.b.JPEG", "a.b.PNG", "a.b.png", "a.b.png", "a.b.png", "a.b.JPE", "a.b.JFIF", "a.b.png", "a.png"], drawings);
        Assert.Equal(["image/jpeg", "image/jpeg", "image/png", "image/png", "image/png", "image/png", "image/jpeg", "image/jpeg", "image/png", "image/png"],
            drawings.Select(d =>
            {
                string path = Path.Combine(_folder, d);
                DetectionDrawing.Save(new RgbImage(8, 8, new byte[192]), [], [], path);
                return PictureFormat.Of(File.ReadAllBytes(path))?.MediaType;
            }));
    }

    [Fact]
    public void A_format_is_told_by_how_a_file_begins()
    {
        byte[][] begins = ["RIFF....WEBP"u8.ToArray(), "GIF89a"u8.ToArray(), "BM...."u8.ToArray(), "II*."u8.ToArray(), []];

        Assert.Equal(["image/webp", "image/gif", "image/bmp", null, null], begins.Select(b => PictureFormat.Of(b)?.MediaType));
    }
}
