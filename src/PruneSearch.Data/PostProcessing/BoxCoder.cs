using PruneSearch.Core.Detectors;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Codes boxes as offsets from default boxes (SSD, Liu et al. 2016, equation 2, with scales).</summary>
public sealed class BoxCoder
{
    // Beyond this a coded size means nothing; without the limit an untrained network makes infinities.
    private const float MaxLogSize = 8f;

    private readonly BoxOrder _order;
    private readonly float _centerScale, _sizeScale;

    /// <summary>The coder of a detector.</summary>
    public BoxCoder(DetectorSpec spec)
        : this(spec.BoxOrder, spec.CenterScale, spec.SizeScale)
    {
    }

    /// <summary>A coder.</summary>
    /// <param name="order">Order of the four values.</param>
    /// <param name="centerScale">Factor of centre offsets, above 0.</param>
    /// <param name="sizeScale">Factor of log sizes, above 0.</param>
    public BoxCoder(BoxOrder order, double centerScale, double sizeScale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(centerScale);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeScale);
        _order = order;
        _centerScale = (float)centerScale;
        _sizeScale = (float)sizeScale;
    }

    /// <summary>Writes the four values of a box.</summary>
    /// <param name="box">With an area.</param>
    /// <param name="reference">Its default box.</param>
    /// <param name="code">Receives four values.</param>
    public void Encode(in BoxCorners box, in DefaultBox reference, Span<float> code)
    {
        float height = box.YMax - box.YMin, width = box.XMax - box.XMin;
        float y = ((box.YMin + box.YMax) / 2 - reference.CenterY) / reference.Height * _centerScale;
        float x = ((box.XMin + box.XMax) / 2 - reference.CenterX) / reference.Width * _centerScale;
        float h = MathF.Log(height / reference.Height) * _sizeScale;
        float w = MathF.Log(width / reference.Width) * _sizeScale;
        (code[0], code[1], code[2], code[3]) = _order == BoxOrder.Yxhw ? (y, x, h, w) : (x, y, w, h);
    }

    /// <summary>The box of four values.</summary>
    public BoxCorners Decode(ReadOnlySpan<float> code, in DefaultBox reference)
    {
        var (y, x, h, w) = _order == BoxOrder.Yxhw ? (code[0], code[1], code[2], code[3]) : (code[1], code[0], code[3], code[2]);
        float centerY = y / _centerScale * reference.Height + reference.CenterY;
        float centerX = x / _centerScale * reference.Width + reference.CenterX;
        float halfHeight = MathF.Exp(Math.Min(h / _sizeScale, MaxLogSize)) * reference.Height / 2;
        float halfWidth = MathF.Exp(Math.Min(w / _sizeScale, MaxLogSize)) * reference.Width / 2;
        return new BoxCorners(centerY - halfHeight, centerX - halfWidth, centerY + halfHeight, centerX + halfWidth);
    }
}
