using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Dashboard;

namespace PruneSearch.Web.Dashboards;

/// <summary>The part of Orleans' dashboard that is in silos: what <see cref="OrleansDashboard"/> asks. Without it a silo answers everything else.</summary>
public static class SiloDashboard
{
    /// <summary>Adds its grains to a silo; a process that is none must not have them.</summary>
    public static IServiceCollection AddSiloDashboard(this IServiceCollection services)
    {
        new SiloServices(services).AddDashboard(o => o.HideTrace = true);
        return services;
    }

    private sealed class SiloServices(IServiceCollection services) : ISiloBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration { get; } = new ConfigurationBuilder().Build();
    }
}
