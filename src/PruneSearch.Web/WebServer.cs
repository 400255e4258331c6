using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web.Api;
using PruneSearch.Web.Assets;
using PruneSearch.Web.Components;
using PruneSearch.Web.Dashboards;
using PruneSearch.Web.Doors;
using PruneSearch.Web.Live;
using PruneSearch.Web.Models;
using PruneSearch.Web.Pictures;

namespace PruneSearch.Web;

/// <summary>Serves the page and the HTTP API on the searches of a session. It keeps nothing: whatever it shows stands elsewhere.</summary>
public sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebServer(WebApplication app, WebSettings settings)
    {
        _app = app;
        Address = new Uri(app.Urls.First());
        Entry = settings.Token is { } token ? new Uri(Address, $"?{TokenEntry.Parameter}={token}") : Address;
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address { get; }

    /// <summary>The address for a browser, with the token where there is one.</summary>
    public Uri Entry { get; }

    /// <summary>Begins to listen; whoever started the server disposes it.</summary>
    /// <param name="settings">Where, and to whom.</param>
    /// <param name="session">The searches; the caller disposes of it after the server.</param>
    /// <param name="logging">Says where the log goes; nowhere by default.</param>
    /// <exception cref="IOException">The port is taken, the address is not of this machine, or the certificate cannot be read.</exception>
    /// <exception cref="ArgumentException">Strangers would come in, see <see cref="WebSettings.Validate"/>.</exception>
    public static async Task<WebServer> StartAsync(
        WebSettings settings, ISearchSession session, Action<ILoggingBuilder>? logging = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(session);
        settings.Validate();
        var app = Build(settings, session, logging);
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return new WebServer(app, settings);
    }

    /// <summary>Ends open answers and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(WebSettings settings, ISearchSession session, Action<ILoggingBuilder>? logging)
    {
        // Nothing comes from files beside the program or from ASPNETCORE_… variables: the settings say everything.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        logging?.Invoke(builder.Logging);
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Standard;
            kestrel.Limits.MaxConcurrentConnections = kestrel.Limits.MaxConcurrentUpgradedConnections = 2000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Listen(settings.Address, settings.Port, listen =>
            {
                if (settings.Certificate is { } file)
                {
                    var certificate = new ServerCertificate(file);
                    _ = certificate.Current; // whatever is wrong with it is told now
                    listen.UseHttps(o => o.ServerCertificateSelector = (_, _) => certificate.Current);
                }
            });
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (settings.Health is { } health)
            {
                kestrel.Listen(health);
            }
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton(session);
        builder.Services.AddSingleton<SearchReports>().AddSingleton<ModelFiles>().AddSingleton<LoadedDetectors>().AddSingleton<SearchPictures>();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider(); // a page lives as long as the server
        builder.Services.AddAntiforgery();
        builder.Services.AddDoors(settings);
        builder.Services.AddApi();
        builder.Services.AddLive();
        builder.Services.AddOrleansDashboard();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        var app = builder.Build();
        app.UseDoors();
        app.UseExceptionHandler();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseNothingElse();
        app.UseAntiforgery();
        app.MapAssets();
        app.MapApi();
        app.MapOrleansDashboard();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null); // the doors say it
        return app;
    }
}
