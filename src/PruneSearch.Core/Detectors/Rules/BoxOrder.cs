namespace PruneSearch.Core.Detectors.Rules;

/// <summary>Order of the four coded box values.</summary>
public enum BoxOrder
{
    /// <summary>y, x, height, width (TensorFlow).</summary>
    Yxhw,

    /// <summary>x, y, width, height (Caffe, PyTorch).</summary>
    Xywh,
}
