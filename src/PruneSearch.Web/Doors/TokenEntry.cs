using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PruneSearch.Web.Doors;

/// <summary>Knows the tokens. Makes a cookie of one in an address, and sends the browser to the same address without it.</summary>
internal sealed class TokenEntry
{
    /// <summary>The token's name in an address.</summary>
    public const string Parameter = "token";

    private readonly IReadOnlyList<Known> _known;

    /// <param name="settings">Has the tokens.</param>
    public TokenEntry(WebSettings settings)
    {
        IEnumerable<RoleToken> own = settings.Token is { } token ? [new RoleToken(Roles.Operator, token)] : [];
        _known = [.. own.Concat(settings.Tokens).Select(t => new Known(t.Role, Digest(t.Token), CookieOf(t.Token)))];
    }

    /// <summary>What a token lets do; <see langword="null"/> for nothing. It takes as long whatever the text is.</summary>
    public string? RoleOf(string text) => Find(Digest(text), k => k.Token)?.Role;

    /// <summary>What the cookie of a request lets do; <see langword="null"/> without one, or a right one.</summary>
    public string? RoleOf(HttpRequest request) =>
        request.Cookies.TryGetValue(CookieName(request), out string? text) ? Find(Digest(text), k => Digest(k.Cookie))?.Role : null;

    /// <summary>Answers a request that has a token in its address; others are for the next.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (_known.Count == 0 || !HttpMethods.IsGet(request.Method) || !request.Query.TryGetValue(Parameter, out var token))
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        if (Find(Digest(token.ToString()), k => k.Token) is not { } known)
        {
            await (Refusals.WantsPage(request) ? Refusals.WritePageAsync(context, wrong: true)
                : Refusals.WriteAsync(context, StatusCodes.Status401Unauthorized, "The token in the address is not right, expected the one that " +
                "the command printed when it started, or one that you were given.")).ConfigureAwait(false);
            return;
        }
        context.Response.Cookies.Append(CookieName(request), known.Cookie,
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = request.IsHttps, IsEssential = true, Path = "/" });
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        // A page that leads on, not a redirect: after one that began elsewhere a browser would keep a strict cookie back.
        string path = request.Path.ToUriComponent();
        path = WebUtility.HtmlEncode(path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal) ? path : "/");
        await context.Response.WriteAsync(
            $"""
            <!DOCTYPE html><html lang="en"><head><title>PruneSearch</title><link rel="icon" href="data:,">
            <meta http-equiv="refresh" content="0;url={path}"></head></html>
            """,
            context.RequestAborted).ConfigureAwait(false);
    }

    // All are looked at, so that the time tells nothing about which one is near.
    private Known? Find(byte[] digest, Func<Known, byte[]> of)
    {
        Known? found = null;
        foreach (var known in _known)
        {
            found = CryptographicOperations.FixedTimeEquals(digest, of(known)) ? known : found;
        }
        return found;
    }

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    // Not the token itself: whoever reads a browser's cookies has no bearer token with it.
    private static string CookieOf(string token) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "prunesearch cookie"u8));

    // Cookies do not know ports: two servers on one machine need two names.
    private static string CookieName(HttpRequest request) => $"prunesearch-{request.HttpContext.Connection.LocalPort}";

    private sealed record Known(string Role, byte[] Token, string Cookie);
}
