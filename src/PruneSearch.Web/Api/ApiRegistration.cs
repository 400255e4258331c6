using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PruneSearch.Web.Api.Events;
using PruneSearch.Web.Api.Launching;
using PruneSearch.Web.Api.Reference;

namespace PruneSearch.Web.Api;

/// <summary>Adds the HTTP API and its description to a server.</summary>
internal static class ApiRegistration
{
    /// <summary>What all its addresses begin with.</summary>
    public const string Prefix = "/api/v1";

    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(Configure);
        services.AddProblemDetails().AddExceptionHandler<ApiErrors>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true); // the message then names the parameter and its value
        services.AddSingleton<SearchLaunch>().AddSingleton<SearchPulse>().AddSingleton<SearchEvents>();
        services.AddReference();
    }

    public static void MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Prefix).AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return await next(context).ConfigureAwait(false);
        });
        api.MapSearches();
        api.MapChanges();
        api.MapModels();
        api.MapPictures();
        api.MapCluster();
        app.MapReference();
    }

    // As files of the command have it, but safe within a page, and a slip in a name of what is sent is told.
    private static void Configure(JsonOptions json)
    {
        json.SerializerOptions.Encoder = JavaScriptEncoder.Default;
        json.SerializerOptions.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower));
    }
}
