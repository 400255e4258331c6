using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>How each criterion is computed.</summary>
public static class ImportanceCatalog
{
    /// <summary>What computes a criterion.</summary>
    public static IImportance Create(Criterion criterion) => criterion switch
    {
        Criterion.Activation => new ActivationImportance(),
        Criterion.Bn => new BatchNormImportance(),
        Criterion.Fisher => new TaylorImportance(fisher: true),
        Criterion.Fpgm => new GeometricMedianImportance(),
        Criterion.L1 => new NormImportance(1, readers: false),
        Criterion.L1Readers => new NormImportance(1, readers: true),
        Criterion.L2 => new NormImportance(2, readers: false),
        Criterion.L2Readers => new NormImportance(2, readers: true),
        Criterion.Obs => new ObsImportance(),
        Criterion.Random => new RandomImportance(),
        Criterion.Taylor => new TaylorImportance(fisher: false),
        _ => throw new ArgumentOutOfRangeException(nameof(criterion), criterion, "nothing computes this criterion"),
    };
}
