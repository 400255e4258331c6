using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>Says of an <see cref="IImportance"/> which criterion it computes; one that computes several is built with the one that is meant.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class ComputesAttribute(Criterion criterion) : Attribute
{
    public Criterion Criterion => criterion;
}
