using PruneSearch.Core.Stages;

namespace PruneSearch.Detection.Losses;

/// <summary>A part of the loss of a batch.</summary>
internal interface ILossTerm
{
    /// <summary>Its parts by name, each a scalar divided by the number of assigned rows; the caller owns them.</summary>
    /// <param name="outputs">What the detector answers, by output, with gradient.</param>
    /// <param name="targets">What it should answer.</param>
    /// <param name="training">How the detector is trained: whatever a search file can say of a term stands there.</param>
    IEnumerable<(string Name, Tensor Value)> Compute(IReadOnlyDictionary<string, Tensor> outputs, Targets targets, TrainingPoint training);
}

/// <summary>Where a training is.</summary>
/// <param name="Step">Steps that are done.</param>
internal readonly record struct TrainingPoint(FineTuneSettings Settings, int Step)
{
    /// <summary>Share of the steps that are done, 0 to 1.</summary>
    public double Progress => (double)Step / Settings.Steps;
}
