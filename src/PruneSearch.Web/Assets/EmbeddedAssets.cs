using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace PruneSearch.Web.Assets;

/// <summary>Serves the files within the assembly: style sheets and scripts of the page and of the libraries that it is made with.</summary>
internal static class EmbeddedAssets
{
    private const string Prefix = "assets/";
    private static readonly Assembly Home = typeof(EmbeddedAssets).Assembly;

    /// <summary>Maps each file at its own address: there is no path to be read from a request.</summary>
    public static void MapAssets(this IEndpointRouteBuilder app)
    {
        var types = new FileExtensionContentTypeProvider();
        var tag = new EntityTagHeaderValue($"\"{Home.ManifestModule.ModuleVersionId:N}\""); // another build, other files
        foreach (string name in Home.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string type = types.TryGetContentType(name, out string? known) ? known : "application/octet-stream";
            app.MapGet("/" + name[Prefix.Length..], (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "private, no-cache";
                return Results.Stream(Home.GetManifestResourceStream(name)!, type, entityTag: tag);
            }).ExcludeFromDescription();
        }
    }
}
