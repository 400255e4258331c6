using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace PruneSearch.Web.Doors;

/// <summary>Lets in whom an OpenID Connect provider knows: programs with its tokens, people who sign in there.</summary>
internal static class OpenIdDoor
{
    /// <summary>Chooses among the others by what a request has.</summary>
    public const string SchemeName = "any";

    private const string Session = "session", SignIn = "sign-in", SessionCookie = "prunesearch-session";

    public static void AddOpenIdDoor(this AuthenticationBuilder authentication, OpenIdSettings openId)
    {
        authentication.AddPolicyScheme(SchemeName, null, o => o.ForwardDefaultSelector = context => Choose(context, openId.ClientId is not null));
        authentication.AddJwtBearer(o =>
        {
            o.Authority = openId.Issuer.ToString();
            o.Audience = openId.Audience;
            o.MapInboundClaims = false;
            o.RequireHttpsMetadata = !openId.Issuer.IsLoopback;
            o.TokenValidationParameters.RoleClaimType = openId.RoleClaim;
            o.Events = new JwtBearerEvents { OnForbidden = c => ForbidAsync(c.HttpContext) };
        });
        if (openId.ClientId is not { } client)
        {
            return;
        }
        authentication.AddCookie(Session, o =>
        {
            o.Cookie.Name = SessionCookie;
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax; // one comes back from the provider's site; changing calls are checked where they come from
            o.ForwardChallenge = SignIn;
            o.Events.OnRedirectToAccessDenied = c => ForbidAsync(c.HttpContext);
        });
        authentication.AddOpenIdConnect(SignIn, o =>
        {
            o.Authority = openId.Issuer.ToString();
            (o.ClientId, o.ClientSecret) = (client, openId.ClientSecret);
            o.ResponseType = OpenIdConnectResponseType.Code;
            o.ResponseMode = OpenIdConnectResponseMode.Query;
            o.SignInScheme = Session;
            o.MapInboundClaims = false;
            o.RequireHttpsMetadata = !openId.Issuer.IsLoopback;
            o.CorrelationCookie.SameSite = o.NonceCookie.SameSite = SameSiteMode.Lax;
            o.TokenValidationParameters.RoleClaimType = openId.RoleClaim;
        });
    }

    private static string Choose(HttpContext context, bool people)
    {
        var request = context.Request;
        string header = request.Headers.Authorization.ToString();
        return header.Count(c => c == '.') == 2 ? JwtBearerDefaults.AuthenticationScheme // three parts with dots between them
            : header.Length > 0 || !people || context.RequestServices.GetRequiredService<TokenEntry>().RoleOf(request) is not null
            ? TokenAuthentication.SchemeName
            : request.Cookies.ContainsKey(SessionCookie) || IsPage(request) ? Session : TokenAuthentication.SchemeName;
    }

    // Only who looks at a page is sent to sign in; a program is told.
    private static bool IsPage(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !request.Path.StartsWithSegments("/api");

    private static Task ForbidAsync(HttpContext context) => Refusals.WriteAsync(
        context, StatusCodes.Status403Forbidden, $"This needs the role '{Roles.Operator}', or looking the role '{Roles.Viewer}'.");
}
