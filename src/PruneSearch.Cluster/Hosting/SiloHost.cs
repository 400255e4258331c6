using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using PruneSearch.Cluster.Observability;
using PruneSearch.Cluster.Persistence;
using PruneSearch.Cluster.Placement;
using PruneSearch.Cluster.Recovery;
using PruneSearch.Cluster.Retention;
using PruneSearch.Cluster.Workers;
using PruneSearch.Connections;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Storage;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// One process of a cluster. It may be killed at any moment: its stage is taken over by another one when the lease ends. When
/// the cluster has declared it dead by mistake, after it hung for example, it ends at once, and whoever watches over it starts it again.
/// </summary>
public sealed class SiloHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);
    private readonly IHost _host;

    private SiloHost(IHost host, SiloOptions options)
    {
        _host = host;
        Store = host.Services.GetRequiredService<ICheckpointStore>();
        Client = new SearchClient(host.Services.GetRequiredService<IGrainFactory>(), options.Time, Store);
    }

    /// <summary>Talks to the cluster.</summary>
    public SearchClient Client { get; }

    /// <summary>Checkpoints of the cluster.</summary>
    public ICheckpointStore Store { get; }

    /// <summary>The grains, for tests that play a worker.</summary>
    internal IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Ends when the silo does, whoever stopped it.</summary>
    public Task Completion => Task.WhenAny(_host.WaitForShutdownAsync(), StuckStage);

    /// <summary>Ends, with the reason in one line, when a stage does not let go of its slot, and never otherwise. Then the process has to end.</summary>
    public Task<string> StuckStage => _host.Services.GetRequiredService<StuckSlot>().Reason;

    /// <summary>Applies the database scripts and joins the cluster; it takes a second or two.</summary>
    /// <param name="configureServices">Registers the <c>IStageRunner</c> of a slot; the <see cref="ICheckpointStore"/> is registered already.</param>
    /// <exception cref="IOException">
    /// The database or the checkpoints cannot be used, a port is taken, or the silos that are there ask for certificates.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static async Task<SiloHost> StartAsync(SiloOptions options, Action<IServiceCollection>? configureServices = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Timings.Validate();
        RequireFreePorts(RequireOwner(RequireDoors(options)));
        var host = Build(options, configureServices);
        try
        {
            if (options is { Tls: null, Insecure: false, IsGuest: false })
            {
                await Neighbours.RequireOpenAsync(host.Services, options, cancellation).ConfigureAwait(false);
            }
            await host.StartAsync(cancellation).ConfigureAwait(false);
            host.Services.GetService<GatewayRetryFilter>()?.Found();
        }
        catch
        {
            await EmbeddedSilo.DisposeAsync(host).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested(); // whatever came of being told to stop
            throw;
        }
        return new SiloHost(host, options);
    }

    /// <summary>Cancels the running stage, gives it back, exports the last spans and leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync().ConfigureAwait(false);
        }
        finally
        {
            await EmbeddedSilo.DisposeAsync(_host).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses a silo that anybody could reach and use.</summary>
    /// <exception cref="ArgumentException">It would be one, and nobody said that this is meant.</exception>
    internal static SiloOptions RequireDoors(SiloOptions options) =>
        options is { Tls: null, Insecure: false, IsGuest: false } && !IPAddress.IsLoopback(options.AdvertisedAddress)
            ? throw new ArgumentException($"'{options.AdvertisedAddress}' is reached from other machines, and without certificates whoever reaches it may do " +
                "everything: give 'certificate' and 'authority' ('prunesearch certificates' makes them), or say 'insecure: true'")
            : options;

    /// <summary>Refuses a silo at the port of another one: the second of two would have the first declared dead.</summary>
    /// <exception cref="IOException">A port is taken, or this machine has no such address.</exception>
    private static void RequireFreePorts(SiloOptions options)
    {
        foreach (var (key, port) in options.IsGuest ? [] : new[] { ("silo-port", options.SiloPort), ("gateway-port", options.GatewayPort) })
        {
            try
            {
                if (!FreePort.IsFree(IPAddress.IsLoopback(options.AdvertisedAddress) ? options.AdvertisedAddress : IPAddress.Any, port))
                {
                    throw new IOException($"Silo {options.Name} cannot listen on '{key}' {port} of {options.AdvertisedAddress}: it is taken, " +
                        "expected a port of its own for every silo of a machine");
                }
            }
            catch (SocketException e)
            {
                throw new IOException($"Silo {options.Name} cannot listen on '{key}' {port} of {options.AdvertisedAddress}: {e.Message}", e);
            }
        }
    }

    /// <summary>Refuses a process whose certificate is another one's.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    internal static SiloOptions RequireOwner(SiloOptions options)
    {
        if (options.Tls is not { } tls)
        {
            return options;
        }
        string whose = tls.Owner is { } known ? $"of {known.Role.ToString().ToLowerInvariant()} '{known.Name}'" : "of nobody that is known";
        string? wrong = tls.Owner switch
        {
            { Role: CertificateRole.Silo } => options.Role is SiloRole.Measure ? "and a process that measures has a worker's" : null,
            { Role: CertificateRole.Worker } when options.Role is not (SiloRole.Worker or SiloRole.Measure) =>
                "and with it a process cannot be a silo: say 'role: worker', or give a silo's certificate",
            { Role: CertificateRole.Worker } owner => owner.IsFor(options.Name) ? null
                : $"and the process is called '{options.Name}': expected '{owner.Name}' or '{owner.Name}-…'",
            _ => "expected one of a silo or a worker",
        };
        return wrong is null ? options : throw new ArgumentException($"'certificate' is {whose}, {wrong}");
    }

    // At the port of silos only silos are let in; at the gateway everybody with a certificate, who then may what that says.
    private static ClusterSilo.Endpoint EndpointOf(SiloOptions options) => options.Tls is not { } tls
        ? new(options.AdvertisedAddress, options.SiloPort, options.GatewayPort)
        : new(options.AdvertisedAddress, options.SiloPort, options.GatewayPort, refused => tls.Demand(refused, CertificateRole.Silo),
            refused => tls.Demand(refused, Enum.GetValues<CertificateRole>()), KnowsOwners: true);

    private static IHost Build(SiloOptions options, Action<IServiceCollection>? configureServices)
    {
        var store = CheckpointLocation.Open(options.Checkpoints, options.Container, options.Time);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.AddPruneSearchLogging(options.ConsoleLog, options.Work);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        builder.Services.AddSingleton<IHostLifetime, OwnersLifetime>();
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddSingleton(options.Timings);
        builder.Services.AddSingleton<StuckSlot>().AddSingleton<ClusterContact>();
        builder.Services.AddSingleton<ICheckpointStore>(new MeteredCheckpointStore(store, options.Time));
        builder.AddPruneSearchTelemetry($"prunesearch-{options.Role.ToString().ToLowerInvariant()}", options.Name,
            options.MetricsPort > 0 ? (options.ProbeHost, options.MetricsPort) : null);
        if (options.IsGuest)
        {
            builder.UseGuest(options);
        }
        else
        {
            var database = ClusterDatabase.Parse(options.Database);
            database.Apply();
            builder.Services.AddSingleton(new RecoveryPolicy(ByItself: true));
            builder.UseOrleans(silo => silo.UsePruneSearch(
                database, options.ClusterId, options.Name, options.Role, EndpointOf(options), options.Membership));
            builder.Services.AddSingleton(database);
            builder.Services.AddSingleton<IFatalErrorHandler>(new Eviction(options));
        }
        configureServices?.Invoke(builder.Services);
        // After Orleans: hosted services stop in the opposite order, so the worker can still give its stage back.
        if (!options.IsGuest)
        {
            builder.Services.AddHostedService<SearchRecoveryService>();
            if (options.Retention is { } rule)
            {
                builder.Services.AddSingleton(rule).AddHostedService<RetentionService>();
            }
        }
        if (options.HealthPort > 0)
        {
            builder.Services.AddPruneSearchHealth(options.IsGuest);
            builder.Services.AddHostedService(p =>
                ActivatorUtilities.CreateInstance<HealthEndpoint>(p, new HealthAddress(options.ProbeHost, options.HealthPort)));
        }
        if (options.Role != SiloRole.Control)
        {
            for (int i = 0; i < options.Slots; i++)
            {
                var slot = new SlotOptions([options.DeviceClass], options.Slots == 1 ? options.Name : $"{options.Name}/{i}", options.Work);
                builder.Services.AddSingleton<IHostedService>(p =>
                    ActivatorUtilities.CreateInstance<SlotWorker>(p, ActivatorUtilities.CreateInstance<SlotContext>(p, slot)));
            }
        }
        return builder.Build();
    }
}
