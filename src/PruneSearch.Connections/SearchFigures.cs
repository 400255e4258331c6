using PruneSearch.Core;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Connections;

/// <summary>What was measured for a search on other device classes.</summary>
internal static class SearchFigures
{
    /// <summary>All figures of a device class so far.</summary>
    /// <exception cref="KeyNotFoundException">There is no such search, or it does not measure there.</exception>
    public static async Task<IReadOnlyList<DeviceFigure>> ReadAsync(ISearchGrain search, string id, string deviceClass)
    {
        var plan = await search.GetPlanAsync().ConfigureAwait(false) ?? throw Unknown(id);
        if (!plan.MeasureOn.Contains(deviceClass))
        {
            throw new KeyNotFoundException($"Search '{id}' does not measure on '{ErrorText.OneLine(deviceClass)}', expected " +
                (plan.MeasureOn.Count == 0 ? "no device class: its file has no measure.on" : string.Join(" or ", plan.MeasureOn)) + ".");
        }
        var figures = new List<DeviceFigure>();
        FigurePage page;
        for (int after = 0; ; after = page.Next)
        {
            page = await search.GetFiguresAsync(after, ReportPage.Largest).ConfigureAwait(false) ?? throw Unknown(id);
            figures.AddRange(page.Figures.Where(f => f.DeviceClass == deviceClass));
            if (page.Next >= page.Total)
            {
                return figures;
            }
        }
    }

    private static KeyNotFoundException Unknown(string id) => new($"There is no search '{id}'.");
}
