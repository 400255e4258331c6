using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Data.PostProcessing;

/// <summary>A rectangle by its edges, in fractions of the picture: 0 is the top or left, 1 the bottom or right.</summary>
/// <param name="YMin">Top edge.</param>
/// <param name="XMin">Left edge.</param>
/// <param name="YMax">Bottom edge.</param>
/// <param name="XMax">Right edge.</param>
public readonly record struct BoxCorners(float YMin, float XMin, float YMax, float XMax)
{
    /// <summary>The edges of a reference box.</summary>
    public static BoxCorners Of(ReferenceBox box) =>
        new(box.CenterY - box.Height / 2, box.CenterX - box.Width / 2, box.CenterY + box.Height / 2, box.CenterX + box.Width / 2);

    /// <summary>Area; 0 when an edge has no length.</summary>
    public float Area() => Math.Max(0, YMax - YMin) * Math.Max(0, XMax - XMin);

    /// <summary>Intersection over union, 0 to 1; 0 when neither has an area.</summary>
    public float Iou(in BoxCorners other)
    {
        float height = Math.Min(YMax, other.YMax) - Math.Max(YMin, other.YMin);
        float width = Math.Min(XMax, other.XMax) - Math.Max(XMin, other.XMin);
        if (!(height > 0 && width > 0))
        {
            return 0;
        }
        float intersection = height * width;
        return intersection / (Area() + other.Area() - intersection);
    }

    /// <summary>The part within the picture.</summary>
    public BoxCorners Clip() => new(Math.Clamp(YMin, 0, 1), Math.Clamp(XMin, 0, 1), Math.Clamp(YMax, 0, 1), Math.Clamp(XMax, 0, 1));
}
