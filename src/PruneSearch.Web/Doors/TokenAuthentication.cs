using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace PruneSearch.Web.Doors;

/// <summary>Knows whoever has the token, as a bearer token or in a cookie.</summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenEntry entry)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "token";
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        bool isRight = header.Length > 0
            ? header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && entry.IsToken(header[Bearer.Length..].Trim())
            : entry.HasCookie(Request);
        if (!isRight)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }
        var identity = new ClaimsIdentity([new(ClaimTypes.Role, Roles.Viewer), new(ClaimTypes.Role, Roles.Operator)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Refusals.WriteAsync(Context, StatusCodes.Status401Unauthorized,
            "Nobody comes in without the token: expected the address that the command printed, or a header 'Authorization: Bearer TOKEN'.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Refusals.WriteAsync(Context, StatusCodes.Status403Forbidden, $"This needs the role '{Roles.Operator}'.");
}
