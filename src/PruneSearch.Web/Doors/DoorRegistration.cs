using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PruneSearch.Web.Doors;

/// <summary>Who gets in: deny by default, for the page, its files and the API alike.</summary>
internal static class DoorRegistration
{
    public static void AddDoors(this IServiceCollection services, WebSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(new TokenEntry(settings));
        services.AddSingleton(new RequestOrigin(settings));
        services.AddAuthentication(TokenAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
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
            headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
                "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
            return next(context);
        });
        app.Use(origin.InvokeAsync);
        app.Use(entry.InvokeAsync);
    }
}
