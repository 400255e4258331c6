namespace PruneSearch.Data.Tests.Images;

/// <summary>
/// A baseline JPEG of 8×8 pixels of one colour in four inks (ITU T.81), with the marker and the inverted values of Adobe's
/// programs, which write nearly all such files. One block a channel, of which only the mean is not zero.
/// </summary>
internal static class CmykJpeg
{
    /// <summary>A file.</summary>
    /// <param name="inks">Cyan, magenta, yellow, black: 0 for none, 255 for all.</param>
    public static byte[] Write(byte[] inks)
    {
        byte[] ones = [.. Enumerable.Repeat((byte)1, 64)];
        // Code lengths: twelve categories of four bits for the mean; for the rest only "end of block", one bit.
        byte[] means = [0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        byte[] rest = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        return
        [
            0xFF, 0xD8,
            .. Segment(0xEE, [(byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0]),
            .. Segment(0xDB, [0, .. ones]),
            .. Segment(0xC0, [8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]),
            .. Segment(0xC4, [0x00, .. means]),
            .. Segment(0xC4, [0x10, .. rest]),
            .. Segment(0xDA, [4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
            .. Blocks(inks),
            0xFF, 0xD9,
        ];
    }

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static IEnumerable<byte> Blocks(byte[] inks)
    {
        var bits = new List<int>();
        foreach (byte ink in inks)
        {
            int mean = (255 - ink - 128) * 8; // the transform's first value is eight times the mean
            int category = mean == 0 ? 0 : (int)Math.Log2(Math.Abs(mean)) + 1;
            Put(category, 4);
            Put(mean < 0 ? mean + (1 << category) - 1 : mean, category);
            Put(0, 1); // end of block
        }
        while (bits.Count % 8 != 0)
        {
            bits.Add(1);
        }
        foreach (int[] eight in bits.Chunk(8))
        {
            byte value = (byte)eight.Aggregate(0, (sum, bit) => sum * 2 + bit);
            yield return value;
            if (value == 0xFF)
            {
                yield return 0;
            }
        }

        void Put(int value, int length)
        {
            for (int bit = length - 1; bit >= 0; bit--)
            {
                bits.Add((value >> bit) & 1);
            }
        }
    }
}
