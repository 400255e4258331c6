using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PruneSearch.Web.Doors;

/// <summary>Who gets in: deny by default, for the page, its files and the API alike.</summary>
internal static class DoorRegistration
{
    /// <summary>Where people read what the API does.</summary>
    public const string ReferenceAddress = "/reference";

    /// <summary>Where Orleans' dashboard is.</summary>
    public const string DashboardAddress = "/orleans";

    private const string Policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; " +
        "form-action 'self'; frame-ancestors 'none'";

    // The reference's library has a script within its page; all that is shown there is this program's own.
    private const string ReferencePolicy = Policy + "; script-src 'self' 'unsafe-inline'; font-src 'self' data:; worker-src 'self' blob:";

    // Some of its fonts stand in its style sheet.
    private const string DashboardPolicy = Policy + "; font-src 'self' data:";

    public static void AddDoors(this IServiceCollection services, WebSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(new TokenEntry(settings));
        services.AddSingleton(new RequestOrigin(settings));
        services.AddSingleton<HealthDoor>();
        var authentication = services.AddAuthentication(settings.OpenId is null ? TokenAuthentication.SchemeName : OpenIdDoor.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        if (settings.OpenId is { } openId)
        {
            authentication.AddOpenIdDoor(openId);
        }
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireRole(Roles.Viewer, Roles.Operator).Build())
            .AddPolicy(Roles.Operator, policy => policy.RequireRole(Roles.Operator));
        services.AddCascadingAuthenticationState();
    }

    /// <summary>What comes before anything else looks at a request.</summary>
    public static void UseDoors(this IApplicationBuilder app)
    {
        var origin = app.ApplicationServices.GetRequiredService<RequestOrigin>();
        var entry = app.ApplicationServices.GetRequiredService<TokenEntry>();
        app.Use((HttpContext context, RequestDelegate next) =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(ReferenceAddress) ? ReferencePolicy
                : context.Request.Path.StartsWithSegments(DashboardAddress) ? DashboardPolicy : Policy;
            return next(context);
        });
        app.Use(app.ApplicationServices.GetRequiredService<HealthDoor>().InvokeAsync);
        app.Use(origin.InvokeAsync);
        app.Use(entry.InvokeAsync);
    }

    /// <summary>Tells whoever may look that there is nothing at an address; others are told what everybody is told.</summary>
    public static void UseNothingElse(this IApplicationBuilder app) => app.Use((HttpContext context, RequestDelegate next) =>
        context.GetEndpoint() is not null ? next(context)
            : context.User.IsInRole(Roles.Viewer) || context.User.IsInRole(Roles.Operator)
            ? Refusals.WriteAsync(context, StatusCodes.Status404NotFound, $"There is nothing at '{context.Request.Path}'.")
            : context.ChallengeAsync());
}
