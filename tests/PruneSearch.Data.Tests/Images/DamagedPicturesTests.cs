using System.Buffers.Binary;
using PruneSearch.Data.Images;
using PruneSearch.Tests;
using SkiaSharp;

namespace PruneSearch.Data.Tests.Images;

public sealed class DamagedPicturesTests
{
    private const int Cases = 1800;

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Damaged_bytes_give_a_picture_or_the_one_error(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(24, 16, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < 24 * 16; i++)
        {
            bitmap.SetPixel(i % 24, i / 24, new SKColor((byte)(i * 7), (byte)(i * 3), (byte)i));
        }
        using var data = bitmap.Encode(format, 90);
        int refused = Decode(data.ToArray(), Cases);
        Assert.InRange(refused, Cases / 4, Cases);
    }

    [Fact]
    public void Damaged_cmyk_and_palette_pictures_give_a_picture_or_the_one_error()
    {
        Decode(CmykJpeg.Write([10, 200, 30, 40]), 600);
        Decode(PngFile.Write(2, 2, depth: 8, PngFile.Palette, [0, 0, 1, 0, 1, 2], [255, 0, 0, 0, 255, 0, 1, 2, 3]), 600);
    }

    [Theory]
    [InlineData(65500, 65500, true)] // more than the limit
    [InlineData(0, 8, true)]
    [InlineData(65500, 8, false)] // decoders fill up what is missing before the end marker
    [InlineData(4000, 4000, false)]
    public void A_jpeg_that_says_it_is_larger_is_refused_or_filled_up(int width, int height, bool refused)
    {
        byte[] content = CmykJpeg.Write([0, 0, 0, 0]);
        int frame = content.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(frame + 5), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(frame + 7), (ushort)width);
        if (refused)
        {
            Assert.Throws<ImageDecodeException>(() => ImageDecoder.Decode(content, "large"));
            return;
        }
        var image = ImageDecoder.Decode(content, "large");
        Assert.Equal((width, height), (image.Width, image.Height));
    }

    private static int Decode(byte[] content, int cases) =>
        Fuzz.Run<ImageDecodeException>(content, cases, bytes =>
        {
            var image = ImageDecoder.Decode(bytes, "damaged");
            Assert.Equal(image.Width * image.Height * 3, image.Pixels.Length);
        }, maxBytes: ImageDecoder.MaxPixels * 7 + (1 << 20)); // four bytes a pixel to decode into and three to keep
}
