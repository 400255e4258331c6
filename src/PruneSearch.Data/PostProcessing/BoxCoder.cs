using PruneSearch.Core.Detectors.Rules;

namespace PruneSearch.Data.PostProcessing;

/// <summary>Codes boxes as offsets from reference boxes; see <see cref="BoxCode"/>.</summary>
public sealed class BoxCoder
{
    private readonly BoxOrder _order;
    private readonly float _centerScale, _sizeScale, _maxLogSize;

    /// <summary>Codes boxes against reference boxes as a detector's rule says.</summary>
    /// <param name="code">How boxes are coded.</param>
    /// <exception cref="ArgumentOutOfRangeException">A scale is not above 0.</exception>
    public BoxCoder(BoxCode code)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(code.CenterScale);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(code.SizeScale);
        _order = code.Order;
        _centerScale = (float)code.CenterScale;
        _sizeScale = (float)code.SizeScale;
        _maxLogSize = (float)code.MaxLogSize;
    }

    /// <summary>Writes the four values of a box.</summary>
    /// <param name="box">With an area.</param>
    /// <param name="code">Receives four values.</param>
    public void Encode(in BoxCorners box, in ReferenceBox reference, Span<float> code)
    {
        float height = box.YMax - box.YMin, width = box.XMax - box.XMin;
        float y = ((box.YMin + box.YMax) / 2 - reference.CenterY) / reference.Height * _centerScale;
        float x = ((box.XMin + box.XMax) / 2 - reference.CenterX) / reference.Width * _centerScale;
        float h = MathF.Log(height / reference.Height) * _sizeScale;
        float w = MathF.Log(width / reference.Width) * _sizeScale;
        (code[0], code[1], code[2], code[3]) = _order == BoxOrder.Yxhw ? (y, x, h, w) : (x, y, w, h);
    }

    /// <summary>The box of four values.</summary>
    public BoxCorners Decode(ReadOnlySpan<float> code, in ReferenceBox reference)
    {
        var (y, x, h, w) = _order == BoxOrder.Yxhw ? (code[0], code[1], code[2], code[3]) : (code[1], code[0], code[3], code[2]);
        float centerY = y / _centerScale * reference.Height + reference.CenterY;
        float centerX = x / _centerScale * reference.Width + reference.CenterX;
        float halfHeight = MathF.Exp(Math.Min(h / _sizeScale, _maxLogSize)) * reference.Height / 2;
        float halfWidth = MathF.Exp(Math.Min(w / _sizeScale, _maxLogSize)) * reference.Width / 2;
        return new BoxCorners(centerY - halfHeight, centerX - halfWidth, centerY + halfHeight, centerX + halfWidth);
    }
}
