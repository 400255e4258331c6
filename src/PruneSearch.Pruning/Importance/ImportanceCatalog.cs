using System.Reflection;
using PruneSearch.Core.Stages;

namespace PruneSearch.Pruning.Importance;

/// <summary>What computes each criterion: the classes say it themselves (<see cref="ComputesAttribute"/>).</summary>
public static class ImportanceCatalog
{
    private static readonly Dictionary<Criterion, Type> Classes = (
        from type in typeof(ImportanceCatalog).Assembly.GetTypes()
        from computes in type.GetCustomAttributes<ComputesAttribute>()
        select (computes.Criterion, type)).ToDictionary(c => c.Criterion, c => c.type);

    /// <summary>What computes a criterion.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Nothing does.</exception>
    public static IImportance Create(Criterion criterion)
    {
        var type = Classes.TryGetValue(criterion, out var found) ? found
            : throw new ArgumentOutOfRangeException(nameof(criterion), criterion, "nothing computes this criterion");
        object[] which = type.GetConstructor([typeof(Criterion)]) is null ? [] : [criterion];
        return (IImportance)Activator.CreateInstance(type, which)!;
    }
}
