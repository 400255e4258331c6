using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Searches;
using PruneSearch.Web.Api.Events;
using PruneSearch.Web.Api.Reference;
using PruneSearch.Web.Models;

namespace PruneSearch.Web.Api;

/// <summary>Lists searches and tells how one stands, what it reported and what its frontier is.</summary>
internal static class SearchesApi
{
    public static void MapSearches(this IEndpointRouteBuilder api)
    {
        api.MapGet("/searches", (ISearchSession session) => session.ListAsync())
            .Describe("ListSearches", "Searches", "All searches, oldest first.").Example(new[] { Examples.Summary });
        api.MapGet("/searches/{id}", (string id, ISearchSession session) => session.SummaryAsync(Ask.Id(id)))
            .Describe("GetSearch", "Searches", "How a search stands, in a few numbers.").Example(Examples.Summary);
        api.MapGet("/searches/{id}/status", StatusAsync)
            .Describe("GetStatus", "Searches", "How a search and its trajectories stand, page by page; of a search that grows, each with why it was proposed.")
            .Example(Examples.Status);
        api.MapGet("/searches/{id}/plan", (string id, ISearchSession session) => session.PlanAsync(Ask.Id(id)))
            .Describe("GetPlan", "Searches", "What a search does, with the search file; where it grows, with what it has proposed so far.");
        api.MapGet("/searches/{id}/reports", (string id, ISearchSession session, int after = 0, int limit = 100) =>
            session.ReportsAsync(Ask.Id(id), Ask.After(after), Ask.Limit(limit)))
            .Describe("ListReports", "Searches", "Reports of finished stages in the order in which they came. Positions do not change: go on at 'next'.")
            .Example(Examples.Reports);
        api.MapGet("/searches/{id}/frontier", async (string id, SearchReports reports, ISearchSession session, bool all = false, string? device = null) =>
        {
            var view = await (device is null ? reports.ViewAsync(Ask.Id(id)) : session.FrontierAsync(Ask.Id(id), device)).ConfigureAwait(false);
            return all ? view : view with { Points = [.. view.Points.Where(p => p.OnFrontier)] };
        }).Describe("GetFrontier", "Searches", "The models that no other one beats in every objective; with all=true, all models. With device=CLASS as they " +
            "were measured on that device class, which has a frontier of its own.").Example(Examples.Frontier);
        api.MapGet("/searches/{id}/events", (string id, HttpContext context, SearchEvents events, int? after = null) =>
            events.AnswerAsync(Ask.Id(id), context, after))
            .Describe("FollowEvents", "Searches",
                "Server-sent events: 'report' with the next report as data, 'status' when the search's figures change, at the end 'end'. Whoever comes " +
                "again with Last-Event-ID misses nothing and sees no report twice, also after the silo or this server was restarted.")
            .Produces<FrontierPoint>(200, "text/event-stream").Produces(204);
    }

    private static async Task<StatusView> StatusAsync(string id, ISearchSession session, int after = 0, int limit = 100)
    {
        var status = await session.StatusAsync(Ask.Id(id)).ConfigureAwait(false);
        int from = Math.Min(Ask.After(after), status.Trajectories.Count), to = Math.Min(from + Ask.Limit(limit), status.Trajectories.Count);
        return new StatusView(status with { Trajectories = [.. status.Trajectories.Skip(from).Take(to - from)] }, to, status.Trajectories.Count);
    }
}

/// <summary>Some trajectories of a search.</summary>
/// <param name="Search">How the search stands, with these trajectories.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Total">Trajectories in all.</param>
internal sealed record StatusView(SearchStatus Search, int Next, int Total);
