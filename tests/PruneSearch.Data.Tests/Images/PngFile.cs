using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace PruneSearch.Data.Tests.Images;

/// <summary>PNG files of kinds that the encoder at hand does not write.</summary>
internal static class PngFile
{
    public const byte Grey = 0, Colour = 2, Palette = 3, GreyAlpha = 4;

    /// <summary>A file.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="depth">Bits a channel.</param>
    /// <param name="kind">Colour type.</param>
    /// <param name="rows">Each row after the number of its filter, 0.</param>
    /// <param name="palette">Colours, for that type.</param>
    public static byte[] Write(int width, int height, int depth, byte kind, byte[] rows, byte[]? palette = null)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, kind);
        return
        [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
            .. Chunk("IHDR", header),
            .. palette is null ? [] : Chunk("PLTE", palette),
            .. Chunk("IDAT", packed.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320);
            }
        }
        return ~crc;
    }

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content], number = new byte[4], sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc(named));
        return [.. number, .. named, .. sum];
    }
}
