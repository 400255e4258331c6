using PruneSearch.Core.Detectors;
using PruneSearch.Core.Networks;
using PruneSearch.Core.Weights;

namespace PruneSearch.Detection.Import;

/// <summary>Finds the detector that safetensors with this project's names belong to.</summary>
internal static class OwnNamesImport
{
    private const string FirstWeight = "Conv.weight", FirstNorm = "Conv.bn.weight", ClassWeight = "BoxPredictor_0.ClassPredictor.weight";

    /// <summary>Whether a set of tensors has these names.</summary>
    public static bool Knows(WeightSet tensors) => tensors.ContainsKey(FirstWeight) && tensors.ContainsKey(ClassWeight);

    /// <summary>Imports it.</summary>
    /// <exception cref="FormatException">No member of the family has these tensors; the message names the first that differs from the nearest one.</exception>
    public static ImportedDetector Read(WeightSet tensors, string source, ImportOptions options)
    {
        int rows = tensors[ClassWeight].Shape.Count > 0 ? tensors[ClassWeight].Shape[0] : 0, perPosition = SsdDefaultBoxes.PerPosition(0);
        if (rows < 2 * perPosition || rows % perPosition != 0)
        {
            throw new FormatException($"{source}: tensor '{ClassWeight}' has {rows} outputs, expected a multiple of {perPosition} of at least {2 * perPosition}");
        }
        var template = new DetectorSpec
        {
            Architecture = SsdMobileNetV2.Architecture,
            InputSize = options.InputSize,
            Classes = options.ClassesFor(rows / perPosition - 1, source),
            BatchNorm = tensors.ContainsKey(FirstNorm),
            Scores = options.Scores ?? ScoreFunction.Sigmoid,
        };
        var models = ImportCandidates.WidthMultipliers.SelectMany(w => ImportCandidates.Of(template with { WidthMultiplier = w })).Select(DetectorCatalog.Build);
        var model = models.MaxBy(m => m.Network.Tensors.Count(t => tensors.TryGetValue(t.Name, out var found) && found.Shape.SequenceEqual(t.Shape)))!;
        tensors.RequireFit(model.Network, source);
        return new ImportedDetector(model, tensors, options.Notes(model.Spec, "safetensors"));
    }
}
