using PruneSearch.Data.Images;
using SkiaSharp;

namespace PruneSearch.Data.Tests.Images;

public sealed class ImageDecoderTests
{
    /// <summary>32×16, red left half, blue right half, green lower right corner.</summary>
    private static byte[] Sample(SKEncodedImageFormat format, SKColorType type = SKColorType.Rgba8888, int scale = 1)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(32 * scale, 16 * scale, type, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Scale(scale);
            canvas.Clear(SKColors.Red);
            using var blue = new SKPaint { Color = SKColors.Blue };
            using var green = new SKPaint { Color = new SKColor(0, 255, 0) };
            canvas.DrawRect(16, 0, 16, 16, blue);
            canvas.DrawRect(24, 8, 8, 8, green);
        }
        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    private static string Color(RgbImage image, double x, double y)
    {
        int at = ((int)(y * image.Height) * image.Width + (int)(x * image.Width)) * 3;
        return string.Concat(new[] { "r", "g", "b" }.Where((_, c) => image.Pixels[at + c] > 128));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, SKColorType.Rgba8888)]
    [InlineData(SKEncodedImageFormat.Png, SKColorType.RgbaF16)] // 16 bits a channel
    [InlineData(SKEncodedImageFormat.Jpeg, SKColorType.Rgba8888)]
    [InlineData(SKEncodedImageFormat.Webp, SKColorType.Rgba8888)]
    public void Formats_and_depths_become_rgb(SKEncodedImageFormat format, SKColorType type)
    {
        var image = ImageDecoder.Decode(Sample(format, type), "sample");
        Assert.Equal((32, 16, 32 * 16 * 3), (image.Width, image.Height, image.Pixels.Length));
        Assert.Equal(["r", "b", "g"], new[] { Color(image, 0.2, 0.2), Color(image, 0.7, 0.2), Color(image, 0.9, 0.9) });
    }

    [Fact]
    public void Grey_pictures_have_three_equal_channels()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(4, 4, SKColorType.Gray8, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(77, 77, 77));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.All(ImageDecoder.Decode(data.ToArray(), "grey").Pixels, p => Assert.Equal(77, p));
    }

    [Theory]
    [InlineData(1, "r", "b", "g")] // colours at the upper left, upper right and lower right of the upright picture
    [InlineData(2, "b", "r", "r")]
    [InlineData(3, "g", "r", "r")]
    [InlineData(4, "r", "g", "b")]
    [InlineData(5, "r", "r", "g")]
    [InlineData(6, "r", "r", "b")]
    [InlineData(7, "g", "b", "r")]
    [InlineData(8, "b", "g", "r")]
    public void Exif_orientation_is_applied(byte orientation, string upperLeft, string upperRight, string lowerRight)
    {
        var image = ImageDecoder.Decode(WithOrientation(Sample(SKEncodedImageFormat.Jpeg), orientation), "rotated");
        Assert.Equal(orientation < 5 ? (32, 16) : (16, 32), (image.Width, image.Height));
        string path = Path.Combine(AppContext.BaseDirectory, $"orientation-{orientation}.jpg");
        File.WriteAllBytes(path, WithOrientation(Sample(SKEncodedImageFormat.Jpeg), orientation));
        Assert.Equal((image.Width, image.Height), ImageDecoder.ReadSize(path));
        Assert.Equal([upperLeft, upperRight, lowerRight], new[] { Color(image, 0.1, 0.1), Color(image, 0.9, 0.1), Color(image, 0.9, 0.9) });
    }

    [Fact]
    public void Large_photographs_are_decoded_smaller()
    {
        byte[] content = Sample(SKEncodedImageFormat.Jpeg, scale: 40); // 1280×640
        Assert.Equal((1280, 640), Size(ImageDecoder.Decode(content, "large")));
        var small = ImageDecoder.Decode(content, "large", minEdge: 200);
        Assert.Equal((480, 240), Size(small));
        Assert.Equal("g", Color(small, 0.9, 0.9));

        static (int, int) Size(RgbImage image) => (image.Width, image.Height);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_cut_picture_is_refused(SKEncodedImageFormat format)
    {
        byte[] content = Sample(format, scale: 8);
        foreach (double share in new[] { 0.05, 0.3, 0.6, 0.9 })
        {
            var error = Assert.Throws<ImageDecodeException>(() => ImageDecoder.Decode(content.AsSpan(0, (int)(content.Length * share)), "cut.bin"));
            Assert.StartsWith("cut.bin: ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_picture_that_decodes_to_gigabytes_is_refused_before_it_takes_memory()
    {
        byte[] content = Sample(SKEncodedImageFormat.Png);
        byte[] edge = [0x00, 0x00, 0xEA, 0x60]; // 60,000 in the header, with its checksum
        edge.CopyTo(content, 16);
        edge.CopyTo(content, 20);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(29), PngFile.Crc(content.AsSpan(12, 17)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ImageDecodeException>(() => ImageDecoder.Decode(content, "bomb"));
        Assert.Contains("60000×60000 pixels", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Palette_pictures_get_their_colours()
    {
        byte[] png = PngFile.Write(2, 2, depth: 8, PngFile.Palette, [0, 0, 1, 0, 1, 2], [255, 0, 0, 0, 255, 0, 1, 2, 3]);
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 255, 0, 1, 2, 3], ImageDecoder.Decode(png, "palette").Pixels);
    }

    [Fact]
    public void Sixteen_bits_keep_their_upper_half()
    {
        byte[] grey = PngFile.Write(2, 1, depth: 16, PngFile.Grey, [0, 0x12, 0x34, 0xFE, 0x00]);
        Assert.Equal([0x12, 0x12, 0x12, 0xFE, 0xFE, 0xFE], ImageDecoder.Decode(grey, "grey16").Pixels);
        byte[] colour = PngFile.Write(1, 1, depth: 16, PngFile.Colour, [0, 0x10, 0x00, 0x80, 0x00, 0xF0, 0x00]);
        Assert.Equal([0x10, 0x80, 0xF0], ImageDecoder.Decode(colour, "rgb16").Pixels);
    }

    [Theory]
    [InlineData(1, new byte[] { 0, 0b1000_0000 }, new byte[] { 255, 0 })]
    [InlineData(4, new byte[] { 0, 0xF0 }, new byte[] { 255, 0 })]
    public void Shallow_greys_use_the_whole_range(int depth, byte[] row, byte[] expected) =>
        Assert.Equal(expected.SelectMany(v => new[] { v, v, v }), ImageDecoder.Decode(PngFile.Write(2, 1, depth, PngFile.Grey, row), "shallow").Pixels);

    [Fact]
    public void Grey_with_transparency_is_grey() =>
        Assert.Equal([200, 200, 200], ImageDecoder.Decode(PngFile.Write(1, 1, depth: 8, PngFile.GreyAlpha, [0, 200, 128]), "grey and alpha").Pixels);

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 }, 255, 255, 255)]
    [InlineData(new byte[] { 255, 0, 0, 0 }, 0, 255, 255)] // cyan
    [InlineData(new byte[] { 0, 255, 255, 0 }, 255, 0, 0)] // magenta and yellow
    [InlineData(new byte[] { 0, 0, 0, 255 }, 0, 0, 0)] // black
    public void Cmyk_jpegs_become_rgb(byte[] inks, int red, int green, int blue)
    {
        var image = ImageDecoder.Decode(CmykJpeg.Write(inks), "cmyk");
        Assert.Equal((8, 8), (image.Width, image.Height));
        Assert.InRange(image.Pixels[0], red - 3, red + 3);
        Assert.InRange(image.Pixels[1], green - 3, green + 3);
        Assert.InRange(image.Pixels[2], blue - 3, blue + 3);
        Assert.Equal(image.Pixels[..3], image.Pixels[^3..]);
    }

    // An APP1 segment with a TIFF header and the one tag, right after the start of the file.
    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] segment =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }
}
