using Microsoft.AspNetCore.Http;

namespace PruneSearch.Web.Doors;

/// <summary>Answers to who is not let in: problem details (RFC 9457), one line, nothing about what is behind the door.</summary>
internal static class Refusals
{
    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Problem(detail, statusCode: status).ExecuteAsync(context);
    }
}
