using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cli.Comparisons;

/// <summary>A model of one of several searches, with the speed that it has beside all the others.</summary>
/// <param name="Search">Identifier of its search.</param>
/// <param name="Name">What it is called there.</param>
/// <param name="Point">What the search knows of it.</param>
/// <param name="Milliseconds">Median latency of one picture, measured side by side with the others.</param>
/// <param name="Percentile90">90th percentile.</param>
internal sealed record ComparedModel(string Search, string Name, FrontierPoint Point, double Milliseconds, double Percentile90)
{
    /// <summary>mAP at IoU 0.5 on the validation split.</summary>
    public double Map50 => Point.Report.Map50;

    /// <summary>Its 95 % interval over the choice of pictures; <see langword="null"/> in reports from before it was computed.</summary>
    public ConfidenceInterval? Map50Interval => Point.Report.Map50Interval;

    /// <summary>The models that no other one beats in both accuracy and latency, fastest first.</summary>
    public static IReadOnlyList<ComparedModel> Frontier(IEnumerable<ComparedModel> models)
    {
        var on = new List<ComparedModel>();
        foreach (var model in models.OrderBy(m => m.Milliseconds).ThenByDescending(m => m.Map50))
        {
            if (on.Count == 0 || model.Map50 > on[^1].Map50)
            {
                on.Add(model);
            }
        }
        return on;
    }

    /// <summary>The most accurate model that answers within a time; <see langword="null"/> where none does.</summary>
    public static ComparedModel? Best(IEnumerable<ComparedModel> models, double milliseconds) =>
        models.Where(m => m.Milliseconds <= milliseconds).OrderByDescending(m => m.Map50).ThenBy(m => m.Milliseconds).FirstOrDefault();
}
