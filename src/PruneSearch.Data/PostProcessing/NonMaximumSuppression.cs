namespace PruneSearch.Data.PostProcessing;

/// <summary>Greedy non-maximum suppression: of boxes that overlap, the one with the highest score stays.</summary>
public static class NonMaximumSuppression
{
    /// <summary>
    /// Keeps the box with the highest score, drops those that overlap it, and goes on with the rest. Boxes with equal
    /// scores are taken in their order.
    /// </summary>
    /// <param name="boxes">The boxes of one class.</param>
    /// <param name="scores">As many scores, none of them NaN.</param>
    /// <param name="iouThreshold">Boxes with a larger IoU overlap; 0 to 1.</param>
    /// <param name="kept">Receives indices of boxes by falling score; its length is the most that are kept.</param>
    /// <param name="scratch">Working space, at least as long as <paramref name="boxes"/>.</param>
    /// <returns>How many were kept.</returns>
    public static int Select(ReadOnlySpan<BoxCorners> boxes, ReadOnlySpan<float> scores, float iouThreshold, Span<int> kept, Span<ulong> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(scores.Length, boxes.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(scratch.Length, boxes.Length);
        var order = scratch[..boxes.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = SortKey(scores[i], i);
        }
        order.Sort();
        int count = 0;
        for (int candidate = 0; candidate < order.Length && count < kept.Length; candidate++)
        {
            int index = (int)(uint)order[candidate];
            if (!Overlaps(boxes, kept[..count], index, iouThreshold))
            {
                kept[count++] = index;
            }
        }
        return count;
    }

    private static bool Overlaps(ReadOnlySpan<BoxCorners> boxes, ReadOnlySpan<int> kept, int index, float iouThreshold)
    {
        ref readonly var box = ref boxes[index];
        foreach (int other in kept)
        {
            if (boxes[other].Iou(box) > iouThreshold)
            {
                return true;
            }
        }
        return false;
    }

    // Sorting plain numbers needs no comparer: falling score in the upper half (the bits of a float, made ordered), index in the lower.
    private static ulong SortKey(float score, int index)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f); // −0 becomes 0
        uint rising = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)~rising << 32) | (uint)index;
    }
}
