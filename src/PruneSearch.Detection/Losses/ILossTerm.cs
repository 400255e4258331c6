namespace PruneSearch.Detection.Losses;

/// <summary>A part of the loss of a batch.</summary>
internal interface ILossTerm
{
    /// <summary>Its parts by name, each a scalar divided by the number of assigned rows; the caller owns them.</summary>
    /// <param name="outputs">What the detector answers, by output, with gradient.</param>
    /// <param name="targets">What it should answer.</param>
    /// <param name="progress">Share of the training's steps that are done, 0 to 1.</param>
    IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, double progress);
}
