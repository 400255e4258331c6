using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Dashboard;
using PruneSearch.Connections.Sessions;
using PruneSearch.Core.Grains;
using PruneSearch.Web.Doors;

namespace PruneSearch.Web.Dashboards;

/// <summary>
/// Orleans' own dashboard behind the doors of this server: silos, grains, calls and reminders of whoever answers the session. It only looks; what
/// reads the state of any grain, or the log of this process, is not served.
/// </summary>
internal static class OrleansDashboard
{
    private const string ClientService = "IDashboardClient"; // not public

    public static void AddOrleansDashboard(this IServiceCollection services)
    {
        int before = services.Count;
        new ClientServices(services).AddDashboard(o => o.HideTrace = true);
        // It would keep the first connection for good: the session's changes when another process goes on.
        var kept = services.Skip(before).Single(s => s.ServiceType.Name == ClientService);
        services.Remove(kept);
        services.AddTransient(kept.ServiceType, kept.ImplementationType!);
        services.AddTransient(provider => provider.GetRequiredService<ISearchSession>().Grains ?? throw Nobody());
    }

    public static void MapOrleansDashboard(this IEndpointRouteBuilder app)
    {
        // It unpacks megabytes of scripts when it is made, which who does not look need not pay for.
        var dashboard = new Lazy<RequestDelegate>(() =>
        {
            var inner = new ApplicationBuilder(app.ServiceProvider);
            inner.UseRouting();
            inner.UseEndpoints(e => e.MapOrleansDashboard(DoorRegistration.DashboardAddress).ExcludeFromDescription());
            return inner.Build();
        });
        app.MapGet(DoorRegistration.DashboardAddress + "/{**path}", async (HttpContext context, ISearchSession session, string? path) =>
        {
            if (path is not null && IsHidden(path))
            {
                await Refusals.WriteAsync(context, StatusCodes.Status403Forbidden, "States of grains and the log are not shown here.").ConfigureAwait(false);
                return;
            }
            if (session.Grains is null)
            {
                await session.ListAsync().ConfigureAwait(false); // finds somebody who answers
            }
            context.SetEndpoint(null);
            context.Request.RouteValues.Clear();
            await dashboard.Value(context).ConfigureAwait(false);
        }).ExcludeFromDescription();
    }

    private static bool IsHidden(string path) => path.Trim('/') is var name
        && (name.Equals("GrainState", StringComparison.OrdinalIgnoreCase) || name.Equals("Trace", StringComparison.OrdinalIgnoreCase));

    private static ClusterException Nobody() => new("Nobody answers at the moment.") { IsPassing = true };

    // This process has no Orleans client of its own: the session has one.
    private sealed class ClientServices(IServiceCollection services) : IClientBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
