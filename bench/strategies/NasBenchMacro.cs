using System.Text.Json;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Bench.Strategies;

/// <summary>
/// NAS-Bench-Macro (Su et al. 2021, "Prioritized architecture sampling with Monto-Carlo tree search") as its authors publish it: one JSON
/// member a network.
/// </summary>
internal static class NasBenchMacro
{
    /// <summary>The table in the file; <see langword="null"/> where the file is something else.</summary>
    public static RecordedTable? Read(string path)
    {
        if (path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return null;
        }
        using var file = JsonDocument.Parse(File.ReadAllBytes(path));
        return !file.RootElement.EnumerateObject().First().Value.ValueKind.Equals(JsonValueKind.Object) ? null : new RecordedTable
        {
            Name = "nas-bench-macro",
            Description = "6,561 MobileNet-like networks on CIFAR-10: eight layers of three kinds; mean accuracy of three trainings, FLOPs",
            Source = "https://github.com/xiusu/NAS-Bench-Macro",
            Licence = "Apache-2.0",
            Hyperparameters = [.. Enumerable.Range(1, 8).Select(i => new ChoiceHyperparameter { Name = $"layer{i}", Values = ["0", "1", "2"] })],
            Rungs = [1],
            Objectives = [new("accuracy", Larger: true, Trained: true, Weighed: true), new("flops", Known: true, Weighed: true)],
            Rows =
            [
                .. file.RootElement.EnumerateObject().Select(network => new RecordedRow
                {
                    Configuration = new Configuration([.. network.Name.Select(digit => (double)(digit - '0'))]),
                    Values = [[network.Value.GetProperty("mean_acc").GetDouble(), network.Value.GetProperty("flops").GetDouble()]],
                }),
            ],
        };
    }
}
