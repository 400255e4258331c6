using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import;

/// <summary>Finds the detector that safetensors with this project's names belong to.</summary>
internal static class OwnNamesImport
{
    /// <summary>The family whose first tensor and class predictor a set of tensors has; <see langword="null"/> when there is none.</summary>
    public static IDetectorFamily? Family(WeightSet tensors, ImportOptions options) => options.Families.FirstOrDefault(f =>
        tensors.ContainsKey(ClassHead(f.Build(f.Template)).Weight) && f.Variants(f.Template).Any(v => tensors.ContainsKey(f.Build(v).Network.Tensors[0].Name)));

    /// <exception cref="FormatException">No member of the family has these tensors; the message names the first that differs from the nearest one.</exception>
    public static ImportedDetector Read(IDetectorFamily family, WeightSet tensors, string source, ImportOptions options)
    {
        var member = family.Build(family.Template);
        int classes = ClassCount(member, ClassHead(member).Weight, tensors, source);
        var template = options.Apply(family.Template) with { Classes = options.ClassesFor(classes, source), BatchNorm = tensors.Keys.Any(IsStatistic) };
        var model = Nearest(family, family.Told(template, name => tensors.GetValueOrDefault(name)?.Shape), tensors);
        tensors.RequireFit(model.Network, source);
        return new ImportedDetector(model, tensors, options.Notes(model.Spec, "safetensors"));
    }

    /// <summary>The member of a family that has the most tensors of a file.</summary>
    public static DetectorModel Nearest(IDetectorFamily family, DetectorSpec template, WeightSet tensors) =>
        family.Variants(template).Select(DetectorCatalog.Build)
        .MaxBy(m => m.Network.Tensors.Count(t => tensors.TryGetValue(t.Name, out var found) && found.Shape.SequenceEqual(t.Shape)))!;

    /// <summary>How many classes a file's class predictor tells.</summary>
    /// <exception cref="FormatException">It has none, or its outputs are no multiple of what a class needs.</exception>
    public static int ClassCount(DetectorModel member, string tensor, WeightSet tensors, string source)
    {
        int positions = ClassHead(member).Channels.Width / member.ClassOutputs, first = member.Scores.FirstClass;
        int rows = tensors[tensor].Shape.Count > 0 ? tensors[tensor].Shape[0] : 0;
        return rows >= (first + 1) * positions && rows % positions == 0 ? rows / positions - first
            : throw new FormatException($"{source}: tensor '{tensor}' has {rows} outputs, expected a multiple of {positions} of at least " +
                $"{(first + 1) * positions}");
    }

    /// <summary>The first of a detector's class predictors.</summary>
    public static ConvLayer ClassHead(DetectorModel model) =>
        (ConvLayer)model.Network[model.Network.Outputs.First(o => o.Name == DetectorModel.ClassesOutput).Heads[0]];

    private static bool IsStatistic(string tensor) => tensor.EndsWith(".running_var", StringComparison.Ordinal);
}
