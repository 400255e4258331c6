using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Detectors;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;
using YamlDotNet.Core;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Turns the values under <c>variants</c> into settings: what the file says, with what each variant says instead.</summary>
internal sealed class VariantsMapping(DocumentReader reader, Values root, PruningMapping pruning)
{
    /// <summary>The variants; errors go to the reader.</summary>
    /// <param name="levels">All levels, ascending.</param>
    /// <param name="at">Where they stand.</param>
    /// <param name="template">The detector, for the names of its groups.</param>
    public List<VariantSettings> Map(IReadOnlyList<double> levels, Mark at, DetectorSpec template)
    {
        var variants = root.List<Values>("variants").Select(v => Variant(v, levels, at, template)).ToList();
        if (variants.GroupBy(v => v.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            reader.Error(root.At("variants"), $"two variants are named '{twice.Key}', expected different names");
        }
        return variants;
    }

    private VariantSettings Variant(Values v, IReadOnlyList<double> levels, Mark at, DetectorSpec template)
    {
        var own = v.Optional<Values>("pruning");
        var merged = pruning.With(own);
        return new VariantSettings
        {
            Name = v.Text("name"),
            Prune = merged.Map(levels, own?.Has("max-group-ratio") == true ? own.At("max-group-ratio") : at, template),
            FineTune = FineTune(v, merged),
        };
    }

    private FineTuneSettings? FineTune(Values v, PruningMapping merged)
    {
        var own = v.Optional<Values>("fine-tune");
        if (root.Optional<Values>("fine-tune") is not { } all)
        {
            if (own is null)
            {
                return null;
            }
            all = new Values(SearchFileKeys.FineTune, v.At("fine-tune"), v.PathOf("fine-tune"));
            if (!own.Has("steps"))
            {
                reader.Error(v.At("fine-tune"), $"{v.PathOf("fine-tune")} lacks 'steps', and the file has no fine-tune that it could come from, expected the number of optimizer steps");
                return null;
            }
        }
        return FineTuneMapping.Map(all.With(own), merged);
    }
}
