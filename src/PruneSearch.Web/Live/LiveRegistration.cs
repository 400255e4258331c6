using Microsoft.Extensions.DependencyInjection;

namespace PruneSearch.Web.Live;

/// <summary>What pages show while it changes.</summary>
internal static class LiveRegistration
{
    public static void AddLive(this IServiceCollection services) => services.AddSingleton<LiveFeeds>().AddSingleton<TraceLinks>();
}
