using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;

namespace PruneSearch.Web.Live;

/// <summary>All that a model's report says, beside that of the original; two reports are fetched for it, however many the search has.</summary>
/// <param name="Live">The model among the others.</param>
/// <param name="View">A view of the original and this model alone.</param>
internal sealed record ReportedModel(LiveModel Live, FrontierPoint Point, FrontierView View)
{
    /// <summary>The original's point; <see langword="null"/> where the search has none yet.</summary>
    public FrontierPoint? Original => View.Points.FirstOrDefault(p => p is { Iteration: 0, IsQuantised: false });

    /// <exception cref="KeyNotFoundException">The report is not there any more.</exception>
    public static async Task<ReportedModel> ReadAsync(ISearchSession session, LiveSearch search, LiveModel model)
    {
        string id = search.Status.Id;
        var point = await PointAsync(model).ConfigureAwait(false);
        FrontierPoint[] points = search.Original is { } first && first.Index != model.Index ? [await PointAsync(first).ConfigureAwait(false), point] : [point];
        return new ReportedModel(model, point, new FrontierView
        {
            SearchId = id,
            Name = search.Status.Name,
            Objectives = search.Objectives,
            Points = points,
        });

        async Task<FrontierPoint> PointAsync(LiveModel wanted)
        {
            var page = await session.ReportsAsync(id, wanted.Position, 1).ConfigureAwait(false);
            return page.Points.SelectMany(FrontierPoints.Expand).FirstOrDefault(p => p.Report.Key == wanted.Key && p.IsQuantised == wanted.IsQuantised)
                ?? throw new KeyNotFoundException($"The report of {wanted.Name} is not there any more.");
        }
    }
}
