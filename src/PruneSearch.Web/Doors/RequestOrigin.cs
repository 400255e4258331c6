using System.Net;
using Microsoft.AspNetCore.Http;

namespace PruneSearch.Web.Doors;

/// <summary>
/// Refuses what no page of this server sends: a <c>Host</c> under which it is not reached, which is how a foreign name that was bound to this
/// address arrives (DNS rebinding), and changing calls, scripts and sockets of foreign pages.
/// </summary>
internal sealed class RequestOrigin(WebSettings settings)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!IsOwnHost(request.Host, context.Connection.LocalPort))
        {
            await Refusals.WriteAsync(context, StatusCodes.Status400BadRequest, "The request is for another host than this one.").ConfigureAwait(false);
            return;
        }
        if (IsForeign(request))
        {
            await Refusals.WriteAsync(context, StatusCodes.Status403Forbidden, "The request comes from a page of another site.").ConfigureAwait(false);
            return;
        }
        await next(context).ConfigureAwait(false);
    }

    // No foreign name can be bound to an address in digits. A name that was given may have the port of what stands in front.
    private bool IsOwnHost(HostString host, int port) => settings.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)
        || ((host.Port ?? 80) == port && (host.Host is "localhost" || IPAddress.TryParse(host.Host.Trim('[', ']'), out _)));

    // Browsers say both; programs say neither. Another port of the same host is the same site, but not the same origin.
    private static bool IsForeign(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString(), origin = request.Headers.Origin.ToString();
        bool navigates = HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate";
        return (!navigates && site is not ("" or "same-origin" or "none"))
            || (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsOf(from, request.Host)));
    }

    // What encrypts may stand in front: the scheme there is another one than here.
    private static bool IsOf(Uri origin, HostString host) => origin.IdnHost.Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? origin.Port == port : origin.IsDefaultPort);
}
