namespace PruneSearch.Core.Stages;

/// <summary>How much the positions of feature maps count where something is fitted to them.</summary>
public enum PositionWeighting
{
    /// <summary>By the Fisher information of the detections: as far as they change with an error there.</summary>
    Detections,

    /// <summary>Every position of a feature map counts the same.</summary>
    Uniform,
}
