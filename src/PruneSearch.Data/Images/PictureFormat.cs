using SkiaSharp;

namespace PruneSearch.Data.Images;

/// <summary>A format of pictures that <see cref="ImageDecoder"/> reads: what its files are called, and how they begin.</summary>
public sealed class PictureFormat
{
    /// <summary>JPEG; drawings can be written in it.</summary>
    public static PictureFormat Jpeg { get; } = new("JPEG", "image/jpeg", [0xFF, 0xD8, 0xFF]) { Encoder = SKEncodedImageFormat.Jpeg };

    /// <summary>PNG; drawings can be written in it.</summary>
    internal static PictureFormat Png { get; } = new("PNG", "image/png", [0x89, 0x50, 0x4E, 0x47]) { Encoder = SKEncodedImageFormat.Png };

    internal static PictureFormat WebP { get; } = new("WebP", "image/webp", "RIFF"u8.ToArray());

    /// <summary>GIF, of which the first picture counts.</summary>
    internal static PictureFormat Gif { get; } = new("GIF", "image/gif", "GIF8"u8.ToArray());

    internal static PictureFormat Bmp { get; } = new("BMP", "image/bmp", "BM"u8.ToArray());

    /// <summary>The formats that are read, those first that drawings are written in.</summary>
    public static IReadOnlyList<PictureFormat> All { get; } = [Jpeg, Png, WebP, Gif, Bmp];

    private readonly byte[] _begin;

    private PictureFormat(string name, string mediaType, byte[] begin) => (Name, MediaType, _begin) = (name, mediaType, begin);

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>What programs call it on the web.</summary>
    public string MediaType { get; }

    /// <summary>Writes it; <see langword="null"/> where drawings are not written in it.</summary>
    internal SKEncodedImageFormat? Encoder { get; private init; }

    /// <summary>The format of a file, by its first bytes: its name may say anything. <see langword="null"/> for none of them.</summary>
    public static PictureFormat? Of(ReadOnlySpan<byte> content)
    {
        foreach (var format in All)
        {
            if (content.StartsWith(format._begin))
            {
                return format;
            }
        }
        return null;
    }
}
