using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using PruneSearch.Connections.Sessions;

namespace PruneSearch.Web.Api;

/// <summary>Searches: which there are.</summary>
internal static class SearchesApi
{
    public static void MapSearches(this IEndpointRouteBuilder api) =>
        api.MapGet("/searches", (ISearchSession session) => session.ListAsync()).WithName("ListSearches");
}
