using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PruneSearch.Web.Doors;

/// <summary>Makes a cookie of the token in an address, and sends the browser to the same address without it.</summary>
/// <param name="settings">Knows the token.</param>
internal sealed class TokenEntry(WebSettings settings)
{
    /// <summary>The token's name in an address.</summary>
    public const string Parameter = "token";

    private readonly byte[] _token = Encoding.UTF8.GetBytes(settings.Token);

    // Not the token itself: whoever reads a browser's cookies has no bearer token with it.
    private readonly byte[] _cookie = Encoding.UTF8.GetBytes(
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings.Token), "prunesearch cookie"u8)));

    /// <summary>Whether a text is the token; it takes as long whatever it is.</summary>
    public bool IsToken(string text) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), _token);

    /// <summary>Whether a request has the cookie.</summary>
    public bool HasCookie(HttpRequest request) => request.Cookies.TryGetValue(CookieName(request), out string? text)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), _cookie);

    /// <summary>Answers a request that has a token in its address; others are for the next.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) || !request.Query.TryGetValue(Parameter, out var token))
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        if (!IsToken(token.ToString()))
        {
            await Refusals.WriteAsync(context, StatusCodes.Status401Unauthorized, "The token in the address is not right, expected the one that " +
                "the command printed when it started.").ConfigureAwait(false);
            return;
        }
        context.Response.Cookies.Append(CookieName(request), Encoding.UTF8.GetString(_cookie),
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, IsEssential = true, Path = "/" });
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        // A page that leads on, not a redirect: after one that began elsewhere a browser would keep a strict cookie back.
        string path = System.Net.WebUtility.HtmlEncode(request.Path.ToUriComponent() is { Length: > 0 } p && !p.StartsWith("//", StringComparison.Ordinal)
            ? p : "/");
        await context.Response.WriteAsync(
            $"""<!DOCTYPE html><html lang="en"><head><title>PruneSearch</title><meta http-equiv="refresh" content="0;url={path}"></head></html>""",
            context.RequestAborted).ConfigureAwait(false);
    }

    // Cookies do not know ports: two servers on one machine need two names.
    private static string CookieName(HttpRequest request) => $"prunesearch-{request.HttpContext.Connection.LocalPort}";
}
