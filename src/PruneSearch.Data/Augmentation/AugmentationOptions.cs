using PruneSearch.Core.Stages;

namespace PruneSearch.Data.Augmentation;

/// <summary>How training pictures vary.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Every picture as it is: what evaluation sees.</summary>
    public static readonly AugmentationOptions None = new();

    /// <summary>Mirrored left to right half of the time.</summary>
    public bool Flip { get; init; }

    /// <summary>Cut to a random part (SSD).</summary>
    public bool Crop { get; init; }

    /// <summary>Placed on a larger grey canvas half of the time (SSD).</summary>
    public bool Expand { get; init; }

    /// <summary>Brightness, contrast, saturation and hue vary (SSD).</summary>
    public bool Photometric { get; init; }

    /// <summary>Hue, saturation and value vary (YOLOX).</summary>
    public bool Hsv { get; init; }

    /// <summary>Largest share by which pictures are smaller or larger than what fits, 0 to below 1 (YOLOX); 0 for none.</summary>
    public double Resize { get; init; }

    /// <summary>Put together from four pictures half of the time; those are not cropped or expanded.</summary>
    public bool Mosaic { get; init; }

    /// <summary>What a stage asks for.</summary>
    public static AugmentationOptions From(FineTuneSettings settings) => new()
    {
        Flip = settings.Flip,
        Crop = settings.Crop,
        Expand = settings.Expand,
        Photometric = settings.Photometric,
        Hsv = settings.Hsv,
        Resize = settings.Resize,
        Mosaic = settings.Mosaic,
    };
}
