namespace PruneSearch.Web.Pictures;

/// <summary>Tells what a picture is from its first bytes: its name may say anything.</summary>
internal static class PictureTypes
{
    private static readonly (byte[] Begin, string Type)[] Known =
    [
        ([0xFF, 0xD8, 0xFF], "image/jpeg"), ([0x89, 0x50, 0x4E, 0x47], "image/png"), ("GIF8"u8.ToArray(), "image/gif"), ("BM"u8.ToArray(), "image/bmp"),
        ("RIFF"u8.ToArray(), "image/webp"),
    ];

    /// <summary>Its media type; bytes that are none of them are no picture to a browser.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        foreach (var (begin, type) in Known)
        {
            if (content.StartsWith(begin))
            {
                return type;
            }
        }
        return "application/octet-stream";
    }
}
