using System.Reflection;
using PruneSearch.Cluster.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Grains;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Tests.Connections;

/// <summary>What a certificate of each role may call: every method of every grain is tried by every role.</summary>
public sealed class RightsTests(GuardedCluster cluster) : IClassFixture<GuardedCluster>
{
    private const string Refused = "is not allowed to";

    public static TheoryData<string, CertificateRole> Tries => new(
        from method in GrainMethods() from role in Enum.GetValues<CertificateRole>() where role != CertificateRole.Silo select (Name(method), role));

    [Fact]
    public void Every_grain_method_says_who_may_call_it_and_a_workers_one_in_whose_name()
    {
        var methods = GrainMethods().ToList();
        Assert.True(methods.Count > 30);
        Assert.All(methods, m => Assert.True(m.GetCustomAttribute<AllowedToAttribute>() is not null, $"{Name(m)} says nothing"));
        Assert.All(methods.Where(m => GrainRightsFilter.Of(m) == Callers.Workers), m => Assert.Single(m.GetParameters(), NamesWorker));
    }

    [Theory]
    [MemberData(nameof(Tries))]
    public async Task A_role_calls_what_is_for_it_and_nothing_else(string name, CertificateRole role)
    {
        var method = GrainMethods().Single(m => Name(m) == name);
        bool allowed = (role, GrainRightsFilter.Of(method)) is (CertificateRole.Worker, Callers.Workers)
            or (CertificateRole.Operator, Callers.Operators or Callers.Viewers) or (CertificateRole.Viewer, Callers.Viewers);
        var grains = await Clients.OfAsync(cluster, role);

        var error = await CallAsync(grains, method, $"w-{role}");

        Assert.True(allowed != IsRefusal(error), $"{role} called {name}: {error?.Message ?? "done"}");
    }

    [Theory]
    [InlineData(CertificateRole.Viewer)]
    [InlineData(CertificateRole.Worker)]
    [InlineData(CertificateRole.Operator)]
    public async Task Nobody_but_silos_calls_the_grains_of_Orleans(CertificateRole role)
    {
        var grains = await Clients.OfAsync(cluster, role);
        var management = grains.GetGrain<IManagementGrain>(0);

        Assert.True(IsRefusal(await Record.ExceptionAsync(() => management.ForceActivationCollection(TimeSpan.FromHours(1)))));
        Assert.True(IsRefusal(await Record.ExceptionAsync(() => management.GetHosts())));
        Assert.Equal(1, await cluster.LoggedAsync($"{role.ToString().ToLowerInvariant()} w-{role} may not call IManagementGrain.GetHosts"));
    }

    [Theory]
    [InlineData("IDashboardGrain", "GetCounters", true)]
    [InlineData("IDashboardGrain", "GetClusterTracing", true)]
    [InlineData("IDashboardRemindersGrain", "GetReminders", true)]
    [InlineData("ISiloGrainProxy", "GetMetadata", true)]
    [InlineData("ISiloGrainProxy", "GetRuntimeStatistics", true)] // of an interface that it is, too
    [InlineData("IDashboardGrain", "GetGrainState", false)]
    [InlineData("IDashboardGrain", "InitializeAsync", false)]
    [InlineData("ISiloGrainProxy", "Enable", false)]
    [InlineData("ISiloGrainProxy", "SetVersion", false)]
    public async Task A_viewer_looks_through_the_dashboard_of_Orleans_and_does_nothing_with_it(string grain, string name, bool allowed)
    {
        var type = typeof(Orleans.Dashboard.DashboardOptions).Assembly.GetType($"Orleans.Dashboard.Core.{grain}", throwOnError: true)!;
        var method = type.GetInterfaces().Append(type).SelectMany(t => t.GetMethods()).Single(m => m.Name == name);
        var grains = await Clients.OfAsync(cluster, CertificateRole.Viewer);
        var asked = grain == "ISiloGrainProxy" ? grains.GetGrain(type, (await cluster.SiloAsync()).ToParsableString()) : grains.GetGrain(type, 0L);
        var arguments = method.GetParameters().Select(p => p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null).ToArray();

        var error = await Record.ExceptionAsync(() => (Task)method.Invoke(asked, arguments)!);

        Assert.Equal(allowed, GrainRightsFilter.Of(method) == Callers.Viewers);
        if (name != "InitializeAsync") // nobody waits for its answer
        {
            Assert.True(allowed ? error is null : IsRefusal(error), $"{grain}.{name}: {error?.Message ?? "done"}");
        }
        Assert.True(IsRefusal(await Record.ExceptionAsync(async () =>
        {
            var worker = await Clients.OfAsync(cluster, CertificateRole.Worker);
            var dashboard = typeof(Orleans.Dashboard.DashboardOptions).Assembly.GetType("Orleans.Dashboard.Core.IDashboardGrain")!;
            await (Task)dashboard.GetMethod("GetCounters")!.Invoke(worker.GetGrain(dashboard, 0L), [null, CancellationToken.None])!;
        })));
    }

    [Fact]
    public async Task A_viewer_that_cancels_again_and_again_is_refused_and_logged_once()
    {
        var grains = await Clients.OfAsync(cluster, CertificateRole.Viewer);
        for (int i = 0; i < 3; i++)
        {
            var error = await Assert.ThrowsAsync<ClusterException>(() => grains.GetGrain<ISearchGrain>($"any-{i}").CancelAsync("because"));
            Assert.Equal("'ISearchGrain.CancelAsync' is not allowed to viewer w-Viewer: that is for operators", error.Message);
        }
        Assert.Equal(1, await cluster.LoggedAsync("viewer w-Viewer may not call ISearchGrain.CancelAsync"));
    }

    [Fact]
    public async Task A_client_with_the_right_certificate_is_served_in_the_words_of_the_project()
    {
        await using var client = await PruneSearch.Connections.ClusterClient.ConnectAsync(
            cluster.Address(CertificateRole.Viewer, "bob"), cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(await client.Searches.ListAsync());
        await Assert.ThrowsAsync<ClusterException>(() => client.Searches.LaunchAsync(TestHost.Plans.Small("a")));
    }

    internal static bool IsRefusal(Exception? e) => e is ClusterException && e.Message.Contains(Refused, StringComparison.Ordinal);

    private static IEnumerable<MethodInfo> GrainMethods() =>
        from type in typeof(ISearchGrain).Assembly.GetTypes().Concat(typeof(GrainRightsFilter).Assembly.GetTypes())
        where type.IsInterface && typeof(IAddressable).IsAssignableFrom(type) && type.Namespace?.StartsWith("PruneSearch", StringComparison.Ordinal) == true
        from method in type.GetMethods()
        where !method.IsStatic
        select method;

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static bool NamesWorker(ParameterInfo p) =>
        typeof(INamesWorker).IsAssignableFrom(p.ParameterType) || (p.Name == "worker" && p.ParameterType == typeof(string));

    // By reflection, with arguments that are as good as any: what a stranger would try.
    private static async Task<Exception?> CallAsync(IGrainFactory grains, MethodInfo method, string worker)
    {
        string key = method.DeclaringType!.Name switch
        {
            nameof(IStageGrain) => new string('a', 64),
            nameof(ITrajectoryGrain) => "nobody/none",
            nameof(ISearchIndexGrain) or nameof(IWorkersGrain) => "all",
            _ => "nobody",
        };
        var grain = typeof(IGrainFactory).GetMethod(nameof(IGrainFactory.GetGrain), 1, [typeof(string), typeof(string)])!
            .MakeGenericMethod(method.DeclaringType).Invoke(grains, [key, null]);
        var arguments = method.GetParameters().Select(p => Argument(p, worker)).ToArray();
        return await Record.ExceptionAsync(() => (Task)method.Invoke(grain, arguments)!);
    }

    private static object? Argument(ParameterInfo p, string worker) => p.ParameterType switch
    {
        var t when t == typeof(LeaseTicket) => new LeaseTicket(1, worker, Guid.NewGuid()),
        var t when t == typeof(SlotPresence) => new SlotPresence
        {
            Worker = worker,
            DeviceClass = "cpu",
            Machine = "m",
            Process = 1,
            Version = "0",
            Since = DateTimeOffset.UnixEpoch,
        },
        var t when t == typeof(string) => p.Name == "worker" ? worker : "x",
        var t when t == typeof(StageKey) => StageKey.Parse(new string('a', 64)),
        var t when t.IsValueType => Activator.CreateInstance(t),
        _ => null,
    };

    private static class Clients
    {
        private static readonly SemaphoreSlim Gate = new(1);
        private static readonly Dictionary<(GuardedCluster, CertificateRole), IClusterClient> Known = [];

        public static async Task<IGrainFactory> OfAsync(GuardedCluster cluster, CertificateRole role)
        {
            await Gate.WaitAsync();
            try
            {
                return Known.TryGetValue((cluster, role), out var known) ? known
                    : Known[(cluster, role)] = await cluster.ConnectAsync(role, $"w-{role}");
            }
            finally
            {
                Gate.Release();
            }
        }
    }
}
