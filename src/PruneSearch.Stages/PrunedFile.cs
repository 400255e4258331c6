using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Weights;
using PruneSearch.Pruning;
using PruneSearch.Pruning.Shrinking;

namespace PruneSearch.Stages;

/// <summary>A pruned detector between pruning and the end of its stage, with what was taken: one safetensors file.</summary>
internal static class PrunedFile
{
    private const string Detector = "detector", Plan = "plan", Channels = "channels";

    public static void Write(Stream stream, PruneResult pruned) => Safetensors.Write(stream, pruned.Weights, new Dictionary<string, string>
    {
        [Detector] = pruned.Spec.ToJson(),
        [Plan] = JsonSerializer.Serialize(pruned.Plan, CoreJson.Canonical),
        [Channels] = JsonSerializer.Serialize((int[])[pruned.Channels.Dense, pruned.Channels.Now], CoreJson.Canonical),
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">It is damaged.</exception>
    public static PruneResult Read(Stream stream, string source)
    {
        var metadata = Safetensors.ReadMetadata(stream, source);
        stream.Position = 0;
        string Text(string key) => metadata.GetValueOrDefault(key) ?? throw new FormatException($"{source}: no pruned detector: metadata '{key}' is missing");
        try
        {
            int[] channels = JsonSerializer.Deserialize<int[]>(Text(Channels), CoreJson.Canonical)!;
            return new PruneResult(
                DetectorSpec.FromJson(Text(Detector), source), Safetensors.Read(stream, source),
                JsonSerializer.Deserialize<PruningPlan>(Text(Plan), CoreJson.Canonical)!, new ChannelCount(channels[0], channels[1]));
        }
        catch (JsonException e)
        {
            throw new FormatException($"{source}: no pruned detector: {e.Message}", e);
        }
    }
}
