using System.Buffers;
using System.Runtime.InteropServices;
using PruneSearch.Core.Files;
using SkiaSharp;

namespace PruneSearch.Data.Images;

/// <summary>
/// Decodes JPEG, PNG, WebP, GIF and BMP into 8-bit RGB: grey, palette, CMYK and 16-bit pictures are converted, transparency
/// is dropped, and the orientation of the EXIF data is applied. A picture that ends early is an error.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Largest file in bytes.</summary>
    public const long MaxFileBytes = 256L << 20;

    /// <summary>Largest picture in pixels: what decodes to more is refused before memory is taken for it.</summary>
    public const long MaxPixels = 100_000_000;

    // Working space up to this size is used again; a larger one goes back to the system at once.
    private const int MaxPooledBytes = 16 << 20;

    // Pictures above 25 million pixels are decoded one at a time: many threads with the largest allowed ones would take many gigabytes.
    private const int LargeBytes = 100_000_000;
    private static readonly Lock OneLarge = new();

    /// <summary>Decodes a picture file, upright and whole.</summary>
    /// <param name="minEdge">
    /// Above 0: a JPEG may be decoded at a fraction of its size as long as both edges keep this many pixels, which saves
    /// most of the work for large photographs.
    /// </param>
    /// <exception cref="ImageDecodeException">It is no complete picture of a known format, or too large.</exception>
    public static RgbImage Decode(string path, int minEdge = 0) => Decode(ReadFile(path), path, minEdge);

    /// <summary>Decodes a file's content.</summary>
    /// <param name="content">All bytes of the file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="minEdge">As for files.</param>
    /// <exception cref="ImageDecodeException">It is no complete picture of a known format, or too large.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> content, string name, int minEdge = 0)
    {
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data) ?? throw Unknown(name);
        var info = codec.Info;
        if (info.Width < 1 || info.Height < 1 || (long)info.Width * info.Height > MaxPixels)
        {
            throw new ImageDecodeException($"{name}: {info.Width}×{info.Height} pixels, expected at most {MaxPixels} in all");
        }
        var size = ScaledSize(codec, minEdge);
        var target = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (target.BytesSize > LargeBytes)
        {
            lock (OneLarge)
            {
                return Decode(codec, target, GC.AllocateUninitializedArray<byte>(target.BytesSize), name);
            }
        }
        if (target.BytesSize > MaxPooledBytes)
        {
            return Decode(codec, target, GC.AllocateUninitializedArray<byte>(target.BytesSize), name);
        }
        byte[] rgba = ArrayPool<byte>.Shared.Rent(target.BytesSize);
        try
        {
            return Decode(codec, target, rgba, name);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static RgbImage Decode(SKCodec codec, SKImageInfo target, byte[] rgba, string name)
    {
        var result = Read(codec, target, rgba);
        return result == SKCodecResult.Success
            ? ImageOrientation.Apply(rgba.AsSpan(0, target.BytesSize), target.Width, target.Height, codec.EncodedOrigin)
            : throw new ImageDecodeException($"{name}: the picture is damaged or cut off ({result})");
    }

    private static SKCodecResult Read(SKCodec codec, SKImageInfo target, byte[] rgba)
    {
        var handle = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            return codec.GetPixels(target, handle.AddrOfPinnedObject());
        }
        finally
        {
            handle.Free();
        }
    }

    /// <summary>Size of the upright picture, from the file's header.</summary>
    /// <exception cref="ImageDecodeException">It is no picture of a known format.</exception>
    public static (int Width, int Height) ReadSize(string path)
    {
        using var data = SKData.CreateCopy(ReadFile(path));
        using var codec = SKCodec.Create(data) ?? throw Unknown(path);
        return ImageOrientation.Swaps(codec.EncodedOrigin) ? (codec.Info.Height, codec.Info.Width) : (codec.Info.Width, codec.Info.Height);
    }

    private static ImageDecodeException Unknown(string name) =>
        new($"{name}: no picture of a known format ({string.Join(", ", PictureFormat.All.Select(f => f.Name))})");

    /// <summary>Bytes of a file that is not unreasonably large.</summary>
    /// <exception cref="ImageDecodeException">The file cannot be read, is empty or is too large.</exception>
    internal static byte[] ReadFile(string path)
    {
        try
        {
            byte[] content = RegularFile.ReadAllBytes(path, MaxFileBytes);
            return content.Length > 0 ? content : throw new ImageDecodeException($"{path}: 0 bytes, expected 1 to {MaxFileBytes}");
        }
        catch (IOException e)
        {
            throw new ImageDecodeException(e.Message, e);
        }
    }

    // The JPEG codec scales by eighths; other formats offer their own size only.
    private static SKSizeI ScaledSize(SKCodec codec, int minEdge)
    {
        var full = new SKSizeI(codec.Info.Width, codec.Info.Height);
        if (minEdge <= 0 || codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return full;
        }
        for (int eighths = 1; eighths < 8; eighths++)
        {
            var size = codec.GetScaledDimensions(eighths / 8f);
            if (Math.Min(size.Width, size.Height) >= minEdge)
            {
                return size;
            }
        }
        return full;
    }
}
