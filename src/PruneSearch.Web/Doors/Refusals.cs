using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace PruneSearch.Web.Doors;

/// <summary>Answers to who is not let in: problem details (RFC 9457), one line, or a page for people; nothing about what is behind the door.</summary>
internal static class Refusals
{
    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Problem(detail, statusCode: status).ExecuteAsync(context);
    }

    /// <summary>Whether a browser shows what is answered.</summary>
    public static bool WantsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);

    /// <summary>A page that says how to come in, and takes a token.</summary>
    /// <param name="wrong">Whether a token came that is not right.</param>
    public static Task WritePageAsync(HttpContext context, bool wrong = false)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        string what = wrong ? "That token is not right." : "This browser is not known here, or not any more: each start of the server makes a new token.";
        return context.Response.WriteAsync($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
                <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
                <title>PruneSearch: who are you?</title><link rel="icon" href="data:,">
                <style>body { font: 1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.2rem }
                    input, button { font: inherit; padding: .4rem .7rem } input { width: 100%; box-sizing: border-box; margin: .3rem 0 .6rem }</style>
            </head>
            <body>
                <main>
                    <h1>Who are you?</h1>
                    <p>{{what}}</p>
                    <p>Open the address that the command printed when it started (<code>http://…/?token=…</code>), or write the token that you
                    were given:</p>
                    <form><label>Token <input name="{{TokenEntry.Parameter}}" autocomplete="off" required></label><button>Come in</button></form>
                </main>
            </body>
            </html>
            """, context.RequestAborted);
    }
}
